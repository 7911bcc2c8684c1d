//go:build greenify_hub

package runtime

import (
	"internal/runtime/atomic"
	"unsafe"
)

// Kill: a green thread ends at its next yield point as by Goexit.
//
// The killer owns the hub, so no other green thread runs: the victim is parked
// or ready. It is marked. If it is parked its wait is cut at once, else when it
// parks next (park_m), calls Gosched, or returns from native work.
//
// To cut a wait is to take the victim out of the native queue it stands in,
// under that queue's own lock, and to undo what the primitive counted for it.
// Wakers that are native goroutines, timers or the poller race with that: if
// the queue has lost the victim already, or a count says that its wake-up is
// under way, the wake-up wins, and the kill waits for the next yield point. If
// the queue has it, nobody else can wake it any more, and the killer readies it.
// So there is exactly one wake-up, and none is lost for others.
//
// The victim goes on behind its gopark, releases what the normal path would, and
// calls Goexit on its own stack. A wait that it enters in deferred calls is not
// cut: the kill has been delivered.
//
// In a shield of the standard library a kill is an error first (shield.go).
//
// Not cut, so that the kill waits for the next yield point: waits of a thread
// that C called (its frames lie between), of one that panics, and where the thread
// has said so (uncut.go), waits in iter.Pull's coroutines, in synctest.Run and Wait,
// and in semaphores of packages that borrow sync's own (linkname).

// hubKillState says whether a thread is to end, and where it may.
type hubKillState struct {
	state  uint8   // hubKillNone and so on. Others than the thread itself change it only as owner of the hub
	under  uint8   // likewise, while strict: what state is else
	strict bool    // in green.NoYield. Inv: state is hubStrict unless its wait was cut
	fd     bool    // the semaphore is that of a descriptor (internal/poll.fdMutex)
	uncut  int8    // while not 0 a kill waits (uncut.go)
	tries  uint8   // looks for a place to end at, 10 ms apart, while busy (interrupt.go)
	handle bool    // can be killed by the program (green.Handle)
	again  bool    // the sync.Once that it unwinds from is as if not called (once.go)
	claim  *uint32 // whoever ends the thread's wait must win it first (uncut.go); nil if nobody need
}

// The states of hubKillState.state.
const (
	hubKillNone  = iota
	hubKillMark  // to be killed at the next yield point
	hubKillCond  // its sync.Cond.Wait was cut: unwinds once it has locked c.L
	hubKillDying // unwinds, or has: not killed twice
	hubKillCut   // its wait was cut: unwinds behind gopark
	hubStrict    // must not yield (strict.go)
)

// hubKill kills gp if it is still the goroutine number goid. It reports whether
// there is one, and it is of the program. The caller owns the hub and is not gp.
func hubKill(gp *g, goid uint64) bool {
	if gp.goid != goid || readgstatus(gp)&^_Gscan == _Gdead || hubForeign(gp) {
		return false
	}
	if kill := gp.hub.killed(); *kill == hubKillNone {
		*kill = hubKillMark
		if gp.hub.kill.state == hubKillMark && hubCut(gp) {
			hubAbandoned(gp)
			goready(gp, 1)
		}
	}
	return true
}

// hubForeign reports whether gp is not a thread of the program, though it is green at times:
// the runtime calls finalizers, cleanups or functions for C in it, and will call others.
// (Main counts also where it is not in the scope of the patch.)
func hubForeign(gp *g) bool { return !gp.hub.ran && gp.goid != 1 }

// hubStay is called on g0 as a thread with a kill state has parked, before the hub
// is passed on. It does not return if the thread is not to yield.
func hubStay(gp *g) {
	switch gp.hub.kill.state {
	case hubKillMark:
		if hubCut(gp) {
			ready(gp, 1, false)
		}
	case hubStrict:
		if hubCut(gp) {
			hubGoOn(gp)
		}
	}
}

// hubPoint is where a marked thread that does not park unwinds: in Gosched, behind
// native work, and at the end of Cond.Wait.
func hubPoint() {
	hubStrictly()
	if gp := getg(); gp.hub.owner && gp.hub.hold == 0 && gp.hub.kill.state == hubKillMark && hubMay(gp) && !hubShielded(gp) && hubClaim(gp) {
		hubUnwind()
	}
}

// hubUnwind ends the current thread, or makes it panic if it must not yield.
func hubUnwind() {
	gp := getg()
	hubRaceUnwind(gp)
	if gp.hub.kill.strict {
		gp.hub.kill.state = hubStrict
		gp.hub.kill.fd = false
		hubYields()
	}
	gp.hub.kill.state = hubKillDying
	Goexit()
}

// hubInC reports whether C called the thread, or a package is being
// initialized: both lock the thread internally (cgocallbackg, main).
func hubInC(gp *g) bool {
	mp := gp.lockedm.ptr()
	return mp != nil && mp.lockedInt != 0
}

// hubCut cuts the wait of a thread that is marked or must not yield. It reports
// whether it did: the caller then has the thread go on. The caller owns the hub.
func hubCut(gp *g) bool {
	// A waker may be about to ready the thread; if it has done so already, the
	// thread is runnable, but cannot run. The scan bit may come and go.
	if !gp.hub.green || readgstatus(gp)&^_Gscan != _Gwaiting || gp.hub.kill.uncut != 0 {
		return false
	}
	if !gp.hub.kill.strict && !hubMay(gp) { // but a panic may pass C's frames, and panics
		return false
	}
	if gp.hub.kill.state == hubKillMark && hubShielded(gp) {
		if cut, goOn := hubCutShielded(gp); !goOn {
			return cut
		}
	}
	state := uint8(hubKillCut)
	cut := false
	switch gp.waitreason {
	case waitReasonChanReceiveNilChan, waitReasonChanSendNilChan, waitReasonSelectNoCases:
		cut = true // nobody else can wake it
	case waitReasonChanReceive, waitReasonSynctestChanReceive, waitReasonChanSend, waitReasonSynctestChanSend:
		cut = hubClaim(gp) && hubCutChan(gp)
	case waitReasonSelect, waitReasonSynctestSelect:
		// As a channel's queue does (waitq.dequeue). selectgo leaves all queues.
		cut = gp.selectDone.CompareAndSwap(0, 1)
	case waitReasonSleep:
		cut = !gp.timer.isFake && gp.timer.stop()
	case waitReasonIOWait:
		cut = hubCutPoll(gp)
	case waitReasonSyncCondWait:
		cut = hubCutCond(gp)
		state = hubKillCond
	case waitReasonSyncMutexLock, waitReasonSyncRWMutexRLock, waitReasonSyncRWMutexLock,
		waitReasonSyncWaitGroupWait, waitReasonSynctestWaitGroupWait, waitReasonSemacquire:
		cut = hubCutSema(gp)
	}
	if cut {
		gp.hub.kill.state = state
	}
	return cut
}

// hubCutPoll does as netpollunblock.
func hubCutPoll(gp *g) (cut bool) {
	if cut = atomic.Casuintptr((*uintptr)(unsafe.Pointer(gp.hub.waitlock)), uintptr(unsafe.Pointer(gp)), pdNil); cut {
		netpollAdjustWaiters(-1)
	}
	return cut
}

func hubCutChan(gp *g) bool {
	sg := gp.waiting
	c := sg.c.get()
	q := &c.recvq
	if gp.waitreason == waitReasonChanSend || gp.waitreason == waitReasonSynctestChanSend {
		q = &c.sendq
	}
	lock(&c.lock)
	queued := sg.prev != nil || sg.next != nil || q.first == sg
	if queued {
		q.dequeueSudoG(sg)
	}
	unlock(&c.lock)
	return queued
}

func hubCutSema(gp *g) bool {
	root := (*semaRoot)(unsafe.Pointer(gp.hub.waitlock - unsafe.Offsetof(semaRoot{}.lock)))
	lockWithRank(&root.lock, lockRankRoot)
	s := gp.waiting // nil once it is dequeued
	if s == nil || !hubForget(gp, s.elem.get()) {
		unlock(&root.lock)
		return false
	}
	addr := s.elem.get()
	head := root.treap
	for head.elem.get() != addr {
		if uintptr(addr) < head.elem.uintptr() {
			head = head.prev
		} else {
			head = head.next
		}
	}
	if head == s {
		root.dequeue((*uint32)(addr))
	} else {
		p, n := s.prev, s.waitlink // hubLast
		p.waitlink = n
		switch {
		case n != nil:
			n.prev = p
		case p == head:
			head.waittail = nil
		default:
			head.waittail = p
		}
		if head.waiters != 0 {
			head.waiters--
		}
		s.waitlink, s.prev = nil, nil
		s.ticket = 0
	}
	root.nwait.Add(-1)
	s.elem.set(addr)  // for hubBehind
	s.success = false // for hubAbandoned
	gp.waiting = s
	unlock(&root.lock)
	return true
}

// hubLast returns the last of those who wait behind head. In the list of a semaphore's
// waiters each but the first knows the one before it, by the field prev, which is of
// use in the tree only: so one of many is taken out at once, wherever it stands.
func hubLast(head *sudog) *sudog {
	if head.waittail == nil {
		return head
	}
	return head.waittail
}

// The layouts of what waits on semaphores. The files added to packages sync,
// internal/sync and internal/poll refuse to compile if they are others.
const (
	hubMutexSema  = 4 // internal/sync.Mutex: state int32, sema uint32
	hubMutexLock  = 8 // with -locks: hub hubLock
	hubMutexSize  = hubMutexLock + hubLocks*16
	hubWGSema     = 8            // sync.WaitGroup: state uint64, sema uint32
	hubCondList   = 16           // sync.Cond: L Locker, notify notifyList
	hubRWWriter   = hubMutexSize // sync.RWMutex: w Mutex, writerSem, readerSem uint32, readerCount, readerWait int32
	hubRWReader   = hubMutexSize + 4
	hubRWCount    = hubMutexSize + 8
	hubRWWait     = hubMutexSize + 12
	hubRWReaders  = hubMutexSize + 16 // with -locks: hub hubReaders
	hubFDRead     = 8                 // internal/poll.fdMutex: state uint64, rsema, wsema uint32
	hubFDWrite    = 12
	hubFDReadOne  = 1 << 23
	hubFDWriteOne = 1 << 43
	hubFDMask     = 1<<20 - 1

	hubMutexLocked   = 1
	hubMutexStarving = 4
	hubMutexShift    = 3
)

// hubForget takes gp off the count that the owner of the semaphore at addr keeps
// of its waiters. It reports false if gp's wake-up is under way: semrelease
// follows. The semaphore's root is locked and has gp in its queue.
func hubForget(gp *g, addr unsafe.Pointer) bool {
	switch gp.waitreason {
	case waitReasonSyncMutexLock:
		// Inv: waiters = queued - semreleases under way, of which there is one at
		// most. An unlocked starving mutex belongs to the first waiter, who is
		// still counted. Unlock relies on a starving mutex having a waiter.
		state := (*int32)(unsafe.Add(addr, -hubMutexSema))
		for {
			old := atomic.Loadint32(state)
			n := old >> hubMutexShift
			if n == 0 || n == 1 && old&(hubMutexLocked|hubMutexStarving) == hubMutexStarving {
				return false
			}
			upd := old - 1<<hubMutexShift
			if n == 1 {
				upd &^= hubMutexStarving
			}
			if atomic.Casint32(state, old, upd) {
				return true
			}
		}
	case waitReasonSyncRWMutexRLock:
		// Unlock makes the count positive, then releases those it counts, and
		// only then lets the next writer make it negative.
		count := (*int32)(unsafe.Add(addr, hubRWCount-hubRWReader))
		for {
			old := atomic.Loadint32(count)
			if old >= 0 {
				return false
			}
			if atomic.Casint32(count, old, old-1) {
				return true
			}
		}
	case waitReasonSyncRWMutexLock:
		return hubAbandon((*int32)(unsafe.Add(addr, hubRWWait-hubRWWriter)))
	case waitReasonSyncWaitGroupWait, waitReasonSynctestWaitGroupWait:
		// Add, the counter at 0, checks that nobody changes the word, clears it
		// and releases all.
		state := (*uint64)(unsafe.Add(addr, -hubWGSema))
		for {
			old := atomic.Load64(state)
			if old>>32 == 0 || old&0x7fffffff == 0 {
				return false
			}
			if atomic.Cas64(state, old, old-1) {
				return true
			}
		}
	case waitReasonSemacquire:
		if !gp.hub.kill.fd {
			return false
		}
		// Inv: as for the mutex; closing releases all and sets the count to 0.
		state, one := (*uint64)(unsafe.Add(addr, -hubFDRead)), uint64(hubFDReadOne)
		if uintptr(addr)%8 != hubFDRead%8 {
			state, one = (*uint64)(unsafe.Add(addr, -hubFDWrite)), hubFDWriteOne
		}
		for {
			old := atomic.Load64(state)
			if old&(hubFDMask*one) == 0 {
				return false
			}
			if atomic.Cas64(state, old, old-one) {
				return true
			}
		}
	}
	return false
}

// hubBehind is where a thread whose wait was cut goes on, behind gopark.
func hubBehind(reason waitReason) {
	gp := getg()
	switch reason {
	case waitReasonSelect, waitReasonSynctestSelect:
		return // selectgo has queues to leave
	case waitReasonChanReceive, waitReasonSynctestChanReceive, waitReasonChanSend, waitReasonSynctestChanSend:
		sg := gp.waiting
		if c := sg.c.get(); c.timer != nil && reason != waitReasonChanSend && reason != waitReasonSynctestChanSend {
			unblockTimerChan(c)
		}
		gp.waiting = nil
		gp.activeStackChans = false
		gp.param = nil
		sg.elem.set(nil)
		sg.c.set(nil)
		releaseSudog(sg)
	case waitReasonSyncMutexLock, waitReasonSyncRWMutexRLock, waitReasonSyncRWMutexLock,
		waitReasonSyncWaitGroupWait, waitReasonSynctestWaitGroupWait, waitReasonSemacquire:
		hubAbandoned(gp)
		sg := gp.waiting
		gp.waiting = nil
		sg.elem.set(nil)
		releaseSudog(sg)
	}
	hubUnwind()
}
