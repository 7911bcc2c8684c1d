//go:build greenify_hub

package runtime

import (
	"internal/goarch"
	"internal/runtime/atomic"
	"internal/stringslite"
	"unsafe"
)

// The wait-for graph. What a thread waits on is known exactly. Who could end the
// wait is known by reachability: a thread that refers to the object, from its
// stack or the heap. Two questions are asked of the graph.
//
// Which threads can nobody wake any more? Go's collector can tell: it marks from
// the threads that may still run, without following what parked ones wait on; a
// parked thread whose channel, lock, ... it does not reach is stuck for good
// (goroutineLeakGC, the runtime's part of the goroutine leak profile, which is
// always built). That is a proof, but it misses threads that wait on what a
// global variable refers to.
//
// Which threads wait for locks in a circle? A sync.Mutex does not know its holder,
// and to note it would cost every Lock: that is done only in a build with -locks,
// where the answer is exact (locks.go). Otherwise no holder is named, for whoever can
// reach a lock may have locked it, from main, which only keeps the lock alive, to a
// thread that has ended. What a stack does say is which Unlocks a thread has deferred
// (hubDefers). Threads that wait for locks whose Unlocks others of them have deferred
// are taken for a circle: that is a suspicion, and is called one.

// hubReported is what reports of deadlocks note of a thread.
type hubReported struct {
	stuck int8    // stuckNot, ...
	first bool    // of its kind
	seen  hubSeen // of the wait that it is in
	group int32   // which threads belong together
	kind  uint32  // which threads wait alike (hubAlike)
}

// hubSeen is what became of a wait; hubRelease begins with none.
type hubSeen struct {
	looked bool // the patrol has looked at it (patrol.go)
	told   bool // it was reported to be stuck
}

// hubDeadlock ends a program in which nothing can ever run again. It is called
// where the runtime's own detector would: no M runs, no timer is set, nobody
// waits in the poller. It says of each green thread what it waits for, on
// which object, since when and where it was started, then prints the stacks as
// the runtime does. Exit status 2. The first line is Go's own, for whoever looks for it.
func hubDeadlock() {
	hub.manifest = len(hubManifest) // here, because a plugin has the scheduler but no runtime.main
	if !hub.on {
		fatal("all goroutines are asleep - deadlock!")
	}
	printlock()
	print("fatal error: all goroutines are asleep - deadlock!\n")
	hubReport()
	hubTraceEnd()
	hubSimDeadlocks()
	fatalthrow(throwTypeUser)
}

// hubReport prints a line for each green thread that waits, or is kept from
// running, and says who waits for locks in a circle.
func hubReport() {
	hubNoteDeferred()
	kept := func(gp *g) bool { return hubStuck(gp) && readgstatus(gp)&^_Gscan == _Grunnable }
	hubAlike(func(gp *g) bool {
		return gp.hub.green && (kept(gp) || hubParked(gp)) && !hubTesting(gp)
	}, func(gp *g, more int) {
		if kept(gp) {
			print("\tthread ", gp.goid, " is ready, but thread ", hub.holder.ptr().goid, " keeps the hub\n")
		} else {
			hubPrintWait(gp)
		}
		hubPrintMore(gp, more)
	})
	forEachGRace(func(gp *g) { gp.hub.report.stuck = stuckNot }) // what was proven before may be over
	hubSuspect(hubAnyWaiter)
	forEachGRace(func(gp *g) {
		if hubTesting(gp) {
			gp.hub.report.stuck = stuckNot
		}
	})
	for mark := int8(stuckPerhaps); mark <= stuckProven; mark++ {
		hubPrintStuck(hubSays, func(gp *g) bool { return gp.hub.report.stuck == mark }, false)
	}
	if hubLocks == 0 && hubAny(func(gp *g) bool { return gp.hub.green && hubParked(gp) && hubWaitsForLock(gp) }) {
		print(hubAskLocks)
	}
}

// hubSays is in front of what the hub says on standard error.
const hubSays = "greenify: "

const hubAskLocks = "\tbuild with -locks to know who holds a lock\n"

// hubQuit is hubReport for SIGQUIT, behind the stacks.
func hubQuit(sig uint32) {
	if !hub.on || sig != _SIGQUIT {
		return
	}
	print("green threads that wait:\n")
	hubReport()
	print("\n")
}

func hubAny(f func(gp *g) bool) (any bool) {
	forEachGRace(func(gp *g) { any = any || f(gp) })
	return any
}

func hubParked(gp *g) bool {
	status := readgstatus(gp) &^ _Gscan
	return status == _Gwaiting || status == _Gleaked
}

func hubPrintWait(gp *g) {
	print("\tthread ", gp.goid)
	if gp.hub.name != nil {
		print(" (", *gp.hub.name, ")")
	}
	print(" waits in ", hubWaitName(gp))
	hubPrintObject(gp, true)
	if group := hubKeeps(gp); group != "" {
		print(" and keeps the hub, for group ", group, " is not patched")
	}
	print(", ", (hubClock()-gp.hub.since)/1000, " s, started ")
	hubPrintStart(gp)
	print("\n")
}

// hubPrintObject prints what a waiting goroutine waits on: the channels of a
// channel operation or select, or the address of the sync.Mutex, WaitGroup, ...;
// and if asked who else has to do with it.
func hubPrintObject(gp *g, others bool) {
	sep := " on "
	for sg := gp.waiting; sg != nil; sg = hubNextCase(sg) {
		lo, hi := hubObject(sg)
		if lo == 0 {
			continue
		}
		print(sep)
		sep = ", "
		if c := sg.c.get(); c != nil {
			print("chan ", toRType(c.elemtype).string(), " ", c, " (")
			if c.dataqsiz == 0 {
				print("unbuffered)")
			} else {
				print(c.qcount, " of ", c.dataqsiz, ")")
			}
			c.made.print("made")
			if others {
				hubPrintOthers(gp, lo, hi, ", known to thread ")
			}
		} else {
			print(hex(hubSyncAddr(gp, sg)))
			if hubLocks == 1 && hubWaitsForLock(gp) {
				hubPrintHolders(gp)
			} else if others && hubWaitsForLock(gp) {
				hubPrintDeferrers(gp)
			}
		}
	}
}

// hubNextCase returns the sudog of the select's next case. (The waitlink of one that
// waits for a semaphore leads to the next thread.)
func hubNextCase(sg *sudog) *sudog {
	if sg.c.get() == nil {
		return nil
	}
	return sg.waitlink
}

// hubObject returns where the object lies that a sudog waits on: a channel, or
// the heap object that a semaphore is part of.
func hubObject(sg *sudog) (lo, hi uintptr) {
	if c := sg.c.get(); c != nil {
		lo = uintptr(unsafe.Pointer(c))
		return lo, lo + hchanSize
	}
	addr := sg.elem.uintptr()
	if addr == 0 {
		return 0, 0
	}
	if base, span, _ := findObject(addr, 0, 0); base != 0 {
		return base, base + span.elemsize
	}
	const maxLock = 24 // size of a sync.RWMutex, the largest of them
	return addr - maxLock, addr + maxLock
}

func hubWaitsForLock(gp *g) bool {
	switch gp.waitreason {
	case waitReasonSyncMutexLock, waitReasonSyncRWMutexLock, waitReasonSyncRWMutexRLock:
		return gp.waiting != nil
	}
	return false
}

// hubSyncAddr returns the address of what the wait of a sync type is for, which is
// how a program prints it (%p): that of an RWMutex is the same for all who wait.
func hubSyncAddr(gp *g, sg *sudog) uintptr {
	addr := sg.elem.uintptr()
	switch gp.waitreason {
	case waitReasonSyncMutexLock: // of an RWMutex, too: its w is the first field
		return addr - hubMutexSema
	case waitReasonSyncRWMutexRLock:
		return addr - hubRWReader
	case waitReasonSyncRWMutexLock:
		return addr - hubRWWriter
	case waitReasonSyncWaitGroupWait:
		return addr - hubWGSema
	case waitReasonSyncCondWait:
		return addr - hubCondList
	}
	return addr
}

// hubWaitName returns the name of the wait. A writer that waits for another one waits
// for the Mutex in the RWMutex.
func hubWaitName(gp *g) string {
	if gp.waitreason == waitReasonSyncMutexLock {
		for _, pc := range hubStack(gp, hubPCs[:8]) {
			if f := findfunc(pc - 1); f.valid() && funcname(f) == "sync.(*RWMutex).Lock" {
				return waitReasonSyncRWMutexLock.String()
			}
		}
	}
	return gp.waitreason.String()
}

// hubRefers reports whether the stack of a parked goroutine has a pointer into an
// object. It may be a dead one.
func hubRefers(gp *g, lo, hi uintptr) bool {
	for p := gp.sched.sp; p < gp.stack.hi; p += goarch.PtrSize {
		if w := *(*uintptr)(unsafe.Pointer(p)); lo <= w && w < hi {
			return true
		}
	}
	return false
}

// hubOthers calls f with the parked green threads that refer to an object that
// waiter waits on, and do not wait on it themselves, until f returns false. Each
// call looks at every stack: not in programs with very many threads.
func hubOthers(waiter *g, lo, hi uintptr, f func(gp *g) bool) {
	const many = 1000
	if hub.alive.Load() > many {
		return
	}
	more := true
	forEachGRace(func(gp *g) {
		if more && gp != waiter && gp.hub.green && hubParked(gp) && !hubWaitsOn(gp, lo) && hubRefers(gp, lo, hi) {
			more = f(gp)
		}
	})
}

// hubWaitsOn reports whether gp waits on the object at lo.
func hubWaitsOn(gp *g, lo uintptr) bool {
	for sg := gp.waiting; sg != nil; sg = hubNextCase(sg) {
		if l, _ := hubObject(sg); l == lo {
			return true
		}
	}
	return false
}

func hubPrintOthers(waiter *g, lo, hi uintptr, sep string) {
	n := 0
	hubOthers(waiter, lo, hi, func(gp *g) bool {
		if n++; n > 5 {
			print(", ...")
			return false
		}
		print(sep, gp.goid)
		sep = ", "
		return true
	})
}

func hubPrintStart(gp *g) {
	if hubPrintPlace(gp) {
		print(" by thread ", gp.parentGoid)
	}
}

// hubPrintPlace prints where a goroutine was started, and reports whether it was
// by another one.
func hubPrintPlace(gp *g) bool {
	pc := hubStart(gp)
	f := findfunc(pc)
	if gp.goid == 1 || !f.valid() {
		print("as main")
		return false
	}
	file, line := funcline(f, pc-1)
	print("at ", file, ":", line)
	return true
}

const (
	stuckNot     = iota
	stuckPerhaps // waits for a lock whose Unlock a stuck thread has deferred, or which it holds (-locks)
	stuckLocked  // waits for a lock whose holder is stuck or has ended (-locks)
	stuckProven  // waits on what no thread that can run refers to
)

// hubSuspect finds the threads that wait for locks in a circle: all of those asked about
// that wait for one, without those that none of them keeps waiting.
func hubSuspect(about func(gp *g) bool) {
	forEachGRace(func(gp *g) {
		if gp.hub.report.stuck != stuckProven {
			gp.hub.report.stuck = stuckNot
		}
	})
	if hubLocks == 1 {
		hubCircle(stuckLocked, about, hubUnreleased)
		hubCircle(stuckPerhaps, about, hubUnreleased)
		return
	}
	hubCircle(stuckPerhaps, about, func(gp *g, _ int8) (stuck bool) {
		hubDeferrers(gp, func(holder *g) { stuck = stuck || holder.hub.report.stuck != stuckNot })
		return stuck
	})
}

func hubAnyWaiter(*g) bool { return true }

// hubCircle marks the largest set of threads that wait for locks and are each kept by
// others of it.
func hubCircle(mark int8, about func(gp *g) bool, kept func(gp *g, mark int8) bool) {
	forEachGRace(func(gp *g) {
		if gp.hub.report.stuck == stuckNot && gp.hub.green && hubParked(gp) && hubWaitsForLock(gp) && about(gp) {
			gp.hub.report.stuck = mark
		}
	})
	for again := true; again; {
		again = false
		forEachGRace(func(gp *g) {
			if gp.hub.report.stuck == mark && !kept(gp, mark) {
				gp.hub.report.stuck = stuckNot
				again = true
			}
		})
	}
}

// hubGroup gives threads that are stuck on each other the same number, from 1 on,
// and returns how many groups there are. Threads that wait alike are in one group, so
// that there is one report of many copies of one mistake. Of many threads only the first
// of each kind are looked at, and of many kinds none, for every pair would have to be.
func hubGroup() (groups int32) {
	n, kinds := 0, 0
	stuck := func(gp *g) bool { return gp.hub.report.stuck != stuckNot }
	forEachGRace(func(gp *g) {
		gp.hub.report.group = 0
		if stuck(gp) {
			n++
		}
	})
	hubAlike(stuck, func(*g, int) { kinds++ })
	const many = 64
	looked := func(gp *g) bool { return n <= many || gp.hub.report.first }
	for {
		var first *g
		forEachGRace(func(gp *g) {
			if first == nil && stuck(gp) && gp.hub.report.group == 0 {
				first = gp
			}
		})
		if first == nil {
			return groups
		}
		groups++
		join := func(member *g) {
			forEachGRace(func(gp *g) {
				if gp.hub.report.group == 0 && gp.hub.report.stuck == member.hub.report.stuck && (gp.hub.report.kind == member.hub.report.kind || kinds > many) {
					gp.hub.report.group = groups
				}
			})
		}
		for member := first; member != nil; {
			join(member)
			member = nil
			forEachGRace(func(gp *g) {
				if member != nil || gp.hub.report.group != 0 || gp.hub.report.stuck != first.hub.report.stuck || !looked(gp) {
					return
				}
				forEachGRace(func(other *g) {
					if member == nil && other.hub.report.group == groups && looked(other) && (hubLinked(gp, other) || hubLinked(other, gp)) {
						member = gp
					}
				})
			})
		}
	}
}

// hubLinked reports whether b refers to, holds or waits on what a waits on.
func hubLinked(a, b *g) bool {
	if hubLocks == 1 && hubWaitsForLock(a) {
		list, n, _, _, _ := hubHolders(a)
		for _, h := range list[:n] {
			if h.gp == b {
				return true
			}
		}
	}
	for sg := a.waiting; sg != nil; sg = hubNextCase(sg) {
		if lo, hi := hubObject(sg); lo != 0 && (hubWaitsOn(b, lo) || hubRefers(b, lo, hi)) {
			return true
		}
	}
	return false
}

// hubPrintStuck prints the threads of a set that are stuck in the same way; prefix is in
// front of the line that says so.
func hubPrintStuck(prefix string, in func(gp *g) bool, stacks bool) {
	stuck, n, locks := int8(stuckNot), 0, false
	forEachGRace(func(gp *g) {
		if in(gp) {
			n++
			stuck = max(stuck, gp.hub.report.stuck)
			locks = locks || hubWaitsForLock(gp)
		}
	})
	if n == 0 {
		return
	}
	wait := " wait "
	if n == 1 {
		wait = " waits "
	}
	print(prefix)
	switch stuck {
	case stuckProven:
		print("deadlock: nobody can wake ")
		hubPrintIDs(in, n)
		print("\n")
	case stuckLocked:
		print("deadlock: ")
		hubPrintIDs(in, n)
		if n == 1 {
			print(wait, "for a lock that nobody unlocks\n")
		} else {
			print(wait, "for locks that nobody unlocks\n")
		}
	default:
		print("deadlock, it seems: ")
		hubPrintIDs(in, n)
		if n == 1 {
			print(wait, "for a lock that nobody unlocks")
		} else {
			print(wait, "in a circle")
		}
		if hubLocks == 0 {
			print("; build with -locks to know")
		}
		print("\n")
	}
	if !stacks {
		return
	}
	hubAlike(in, func(gp *g, more int) {
		hubPrintWait(gp)
		hubPrintStack(hubStack(gp, hubPCs[:]), true)
		hubPrintMore(gp, more)
	})
	if hubLocks == 0 && locks && stuck == stuckProven {
		print(hubAskLocks)
	}
}

// hubPrintIDs prints the numbers of the n threads of a set, but not very many.
func hubPrintIDs(in func(gp *g) bool, n int) {
	const most = 10
	print("thread")
	if n > 1 {
		print("s")
	}
	sep, i := " ", 0
	forEachGRace(func(gp *g) {
		if i < most && in(gp) {
			print(sep, gp.goid)
			sep = ", "
			i++
		}
	})
	if n > most {
		print(" and ", n-most, " more")
	}
}

// hubPCs is a buffer for a stack, for use while the world is stopped: one on the
// stack would escape.
var hubPCs [32]uintptr

// hubStuckThread has the layout of the public package's record.
type hubStuckThread struct {
	id     uint64
	group  int32
	proven bool
	end    int32 // of the group's text
}

// hubDeadlocks looks for threads that are stuck while others run. It fills list
// with them, group by group, and text with what there is to say of each group,
// and returns how many threads it found and how long the text is. It stops the
// world, after a collection.
func hubDeadlocks(list []hubStuckThread, text []byte, which hubWhich) (threads, length int) {
	stw := hubProve()
	systemstack(func() {
		g0 := getg()
		g0.writebuf = text[0:0:len(text)]
		hubNoteDeferred()
		if which == hubPatrolled {
			hubSuspect(hubPatrolSuspects)
		} else {
			hubSuspect(hubAnyWaiter)
		}
		forEachGRace(func(gp *g) {
			if gp.hub.report.stuck != stuckNot && (hubTesting(gp) || which != hubAllStuck && hubTold(gp) || which == hubPatrolled && hubForever(gp) || !hubSimThis(gp)) {
				gp.hub.report.stuck = stuckNot
			}
		})
		for group := range hubGroup() {
			begin := threads
			in := func(gp *g) bool { return gp.hub.report.group == group+1 }
			prefix := hubSays
			if which == hubAllStuck {
				prefix = "" // for the program
			}
			hubPrintStuck(prefix, in, true)
			forEachGRace(func(gp *g) {
				if in(gp) {
					if which == hubPatrolled {
						gp.hub.report.seen.told = true
					}
					if threads < len(list) {
						list[threads] = hubStuckThread{id: gp.goid, group: group, proven: gp.hub.report.stuck >= stuckLocked}
					}
					threads++
				}
			})
			for i := begin; i < min(threads, len(list)); i++ {
				list[i].end = int32(len(g0.writebuf))
			}
		}
		length = len(g0.writebuf)
		g0.writebuf = nil
	})
	startTheWorld(stw)
	return threads, length
}

// hubWhich says which threads a report is about.
type hubWhich int

const (
	hubAllStuck  hubWhich = iota
	hubUntold             // without those that the patrol has reported
	hubPatrolled          // likewise, and of those in a circle of locks only hubPatrolSuspects
)

// hubProve has the collector find the threads that nobody can wake, and returns with
// the world stopped.
func hubProve() worldStop {
	for {
		before := hubProofs.Load()
		goroutineLeakGC()
		stw := stopTheWorld(stwGoroutineProfile)
		if !hubProofs.CompareAndSwap(before, before+1) {
			startTheWorld(stw) // somebody else has seen them first
			continue
		}
		forEachGRace(func(gp *g) {
			gp.hub.report.stuck = stuckNot
			// A leaked goroutine is a waiting one to all but the collector's next
			// search; checkdead does not know the state.
			if gp.atomicstatus.CompareAndSwap(_Gleaked, _Gwaiting) && gp.hub.green {
				gp.hub.report.stuck = stuckProven
			}
		})
		return stw
	}
}

// hubMarkWeak marks an object that a weak pointer refers to, in the collector's search: a
// thread that waits for it keeps it, so who has the weak pointer can wake the thread.
func hubMarkWeak(s *mspan, sp *special, gcw *gcWork) {
	if work.goroutineLeak.enabled {
		p := s.base() + sp.offset
		scanblock(uintptr(unsafe.Pointer(&p)), goarch.PtrSize, &oneptrmask[0], gcw, nil)
	}
}

// hubProofs counts what hubProve has found.
var hubProofs atomic.Uint32

// hubTesting reports whether a thread that does not run waits inside package testing:
// for a test, which is what hangs if that does not end.
func hubTesting(gp *g) bool {
	if !gp.hub.green || !hubParked(gp) {
		return false
	}
	for _, pc := range hubCallers(hubStack(gp, hubPCs[:16])) {
		f, ok := hubFrameAt(pc)
		if !ok {
			return false
		}
		if pkg := hubPackage(f.name); pkg != "sync" && !stringslite.HasPrefix(pkg, "internal/") {
			return pkg == "testing"
		}
	}
	return false
}

// hubTestEnd reports at the end of a test binary; package testing calls it.
//
//go:linkname hubTestEnd
var hubTestEnd = func() {
	if !hub.on {
		return
	}
	text := make([]byte, 64<<10)
	_, n := hubDeadlocks(nil, text, hubUntold)
	print(string(text[:n]))
}

// hubWaitsToo returns what gp waits for besides sg, in the collector's search for
// goroutines that nobody can wake. Only a select waits for more than one thing. The
// waitlink of a semaphore's sudog is the next waiter's, another goroutine's: to follow it
// for each of n waiters takes n*n steps with the world stopped.
func hubWaitsToo(gp *g, sg *sudog) *sudog {
	if gp.waitreason.isSyncWait() {
		return nil
	}
	return sg.waitlink
}
