//go:build greenify_hub

package runtime

import (
	"internal/runtime/atomic"
	"unsafe"
)

// A writer that was killed while it waited for the readers of a sync.RWMutex: the part
// of package runtime. sync/greenify_rwmutex.go has the whole.

const hubAbandonedBit = 1 << 30 // of RWMutex.readerWait

// hubAbandon abandons the announcement of a writer. It reports false if the last
// reader has left: the wake-up is under way.
func hubAbandon(readerWait *int32) bool {
	for {
		n := atomic.Loadint32(readerWait)
		if n <= 0 {
			return false
		}
		if atomic.Casint32(readerWait, n, n|hubAbandonedBit) {
			return true
		}
	}
}

// hubJoin counts a reader among those that a killed writer waited for, if there are
// any. addr is that of the semaphore of readers, whose root is locked; the reader waits
// for it or is about to, so no Unlock has let it in yet.
func hubJoin(addr *uint32) bool {
	readerWait := (*int32)(unsafe.Add(unsafe.Pointer(addr), hubRWWait-hubRWReader))
	for {
		n := atomic.Loadint32(readerWait)
		if n <= hubAbandonedBit {
			return false
		}
		if atomic.Casint32(readerWait, n, n+1) {
			return true
		}
	}
}

// hubAbandoned is called once the wait of gp was cut, by its killer or, behind the wait,
// by itself. If it was a writer that waited for readers, those that wait for it are let
// in, and the next writer.
func hubAbandoned(gp *g) {
	if gp.waitreason != waitReasonSyncRWMutexLock || gp.waiting.success {
		return
	}
	gp.waiting.success = true // done; of use to channels only
	rw := unsafe.Add(gp.waiting.elem.get(), -hubRWWriter)
	addr := (*uint32)(unsafe.Add(rw, hubRWReader))
	root := semtable.rootFor(addr)
	for {
		lockWithRank(&root.lock, lockRankRoot)
		if !hubHasWaiter(root, addr) || !hubJoin(addr) {
			unlock(&root.lock)
			break
		}
		s, _, _ := root.dequeue(addr)
		root.nwait.Add(-1)
		unlock(&root.lock)
		s.ticket = 1 // it has what it waits for
		readyWithTime(s, 3)
	}
	if hubLocks == 1 {
		(*hubLock)(unsafe.Add(rw, hubMutexLock)).holder = getg().goid
	}
	hubUnlock(rw)
}

func hubHasWaiter(root *semaRoot, addr *uint32) bool {
	s := root.treap
	for s != nil && s.elem.uintptr() != uintptr(unsafe.Pointer(addr)) {
		if uintptr(unsafe.Pointer(addr)) < s.elem.uintptr() {
			s = s.prev
		} else {
			s = s.next
		}
	}
	return s != nil
}

// hubUnlock unlocks the w of an RWMutex; set as package sync is initialized.
var hubUnlock func(rwmutex unsafe.Pointer)

//go:linkname sync_hubSetUnlock sync.hubSetUnlock
func sync_hubSetUnlock(f func(unsafe.Pointer)) { hubUnlock = f }
