//go:build greenify_hub

package runtime

import (
	"internal/abi"
	"internal/goarch"
	"unsafe"
)

// The Unlocks that a parked thread has deferred. For defer mu.Unlock() the compiler
// makes a function, deferwrap, that is told by its WrapInfo which one it calls, and
// whose closure has the one word mu. That the thread has mu locked now does not follow:
// it may have unlocked it to lock it once more.

// hubDefers calls f with each lock whose Unlock or RUnlock gp has deferred in this form.
func hubDefers(gp *g, f func(lock uintptr)) {
	closure := func(fn *struct{ pc, lock uintptr }) {
		if fn != nil && hubUnlocks(fn.pc) {
			f(fn.lock)
		}
	}
	for d := gp._defer; d != nil; d = d.link {
		if !d.rangefunc {
			closure(*(**struct{ pc, lock uintptr })(unsafe.Pointer(&d.fn)))
		}
	}
	// Open-coded: bits and closures lie in the frame (as in _panic.initOpenCodedDefers).
	systemstack(func() {
		var u unwinder
		for u.initAt(^uintptr(0), ^uintptr(0), ^uintptr(0), gp, unwindSilentErrors); u.valid(); u.next() {
			fd := funcdata(u.frame.fn, abi.FUNCDATA_OpenCodedDeferInfo)
			if fd == nil {
				continue
			}
			offset, fd := readvarintUnsafe(fd)
			bits := *(*uint8)(unsafe.Pointer(u.frame.varp - uintptr(offset)))
			offset, _ = readvarintUnsafe(fd)
			for slot := u.frame.varp - uintptr(offset); bits != 0; bits >>= 1 {
				if bits&1 != 0 {
					closure(*(**struct{ pc, lock uintptr })(unsafe.Pointer(slot)))
				}
				slot += goarch.PtrSize
			}
		}
	})
}

// hubUnlocks reports whether a function is what defer mu.Unlock() calls.
func hubUnlocks(pc uintptr) bool {
	f := findfunc(pc)
	if !f.valid() || f.funcID != abi.FuncIDWrapper {
		return false
	}
	info := (*uint32)(funcdata(f, abi.FUNCDATA_WrapInfo)) // as in startPCForTrace
	if info == nil {
		return false
	}
	if f = findfunc(f.datap.textAddr(*info)); !f.valid() {
		return false
	}
	switch funcname(f) {
	case "sync.(*Mutex).Unlock", "sync.(*RWMutex).Unlock", "sync.(*RWMutex).RUnlock":
		return true
	}
	return false
}

// hubDeferred lists which parked thread has deferred an Unlock of which lock, all of them
// or none. hubNoteDeferred makes it for one report.
var hubDeferred struct {
	list [1 << 10]struct {
		lock uintptr
		gp   guintptr
	}
	n int
}

func hubNoteDeferred() {
	t := &hubDeferred
	t.n = 0
	hubSimEach(func(gp *g) {
		if t.n < len(t.list) && gp.hub.green && hubSimThis(gp) && hubParked(gp) {
			hubDefers(gp, func(lock uintptr) {
				if t.n < len(t.list) {
					t.list[t.n].lock = lock
					t.list[t.n].gp.set(gp)
					t.n++
				}
			})
		}
	})
	if t.n == len(t.list) {
		t.n = 0
	}
}

// hubDeferrers calls f with the parked threads that have deferred an Unlock of the lock
// that waiter waits for, and do not wait for it themselves: one that locks it once more
// keeps nobody waiting. Waiter itself is left out.
func hubDeferrers(waiter *g, f func(gp *g)) {
	t := &hubDeferred
	lock := hubSyncAddr(waiter, waiter.waiting)
	for i := range t.list[:t.n] {
		gp := t.list[i].gp.ptr()
		if t.list[i].lock == lock && gp != waiter && !(hubWaitsForLock(gp) && hubSyncAddr(gp, gp.waiting) == lock) {
			f(gp)
		}
	}
}

// hubPrintDeferrers prints who has deferred an Unlock of the lock that gp waits for.
func hubPrintDeferrers(gp *g) {
	const most = 5
	n := 0
	hubDeferrers(gp, func(other *g) {
		switch n++; {
		case n == 1:
			print(", its Unlock is deferred by thread ", other.goid)
		case n <= most:
			print(" and thread ", other.goid)
		}
	})
	if n > most {
		print(" and ", n-most, " more")
	}
}
