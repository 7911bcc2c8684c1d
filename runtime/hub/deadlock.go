//go:build greenify_hub

package runtime

import (
	"internal/goarch"
	"unsafe"
)

// hubDeadlock ends a program in which nothing can ever run again. It is called
// where the runtime's own detector would: no M runs, no timer is set, nobody
// waits in the poller. It says of each green thread what it waits for, on
// which object, since when and where it was started, then prints the stacks as
// the runtime does. Exit status 2.
func hubDeadlock() {
	if !hub.on {
		fatal("all goroutines are asleep - deadlock!")
	}
	printlock()
	print("fatal error: all green threads are asleep - deadlock!\n")
	hubReport()
	fatalthrow(throwTypeUser)
}

// hubReport prints a line for each waiting green thread.
func hubReport() {
	now := hubClock()
	forEachGRace(func(gp *g) {
		if !gp.hub.green || readgstatus(gp)&^_Gscan != _Gwaiting {
			return
		}
		print("\tthread ", gp.goid, " waits in ", gp.waitreason.String())
		hubPrintObject(gp)
		print(", ", (now-gp.hub.since)/1000, " s, started ")
		hubPrintStart(gp)
		print("\n")
	})
}

// hubPrintObject prints what a waiting goroutine waits on: the channels of a
// channel operation or select, the address of a semaphore, which lies in the
// sync.Mutex, WaitGroup, ... it belongs to.
func hubPrintObject(gp *g) {
	sep := " on "
	for sg := gp.waiting; sg != nil; sg = sg.waitlink {
		print(sep)
		sep = ", "
		if c := sg.c.get(); c != nil {
			print("chan ", toRType(c.elemtype).string(), " ", c, " (")
			if c.dataqsiz == 0 {
				print("unbuffered)")
			} else {
				print(c.qcount, " of ", c.dataqsiz, ")")
			}
		} else if addr := sg.elem.uintptr(); addr != 0 {
			print(hex(addr))
			hubPrintHolders(gp, addr)
		}
	}
}

// hubPrintHolders prints which other threads may hold the lock whose semaphore
// is at addr: those with a pointer to it, or into the heap object that it is
// part of, on their stack. A sync.Mutex does not know its holder, but a function
// that has locked one keeps a pointer to it in order to unlock it.
func hubPrintHolders(waiter *g, addr uintptr) {
	switch waiter.waitreason {
	case waitReasonSyncMutexLock, waitReasonSyncRWMutexLock, waitReasonSyncRWMutexRLock:
	default:
		return
	}
	const maxLock = 24 // size of a sync.RWMutex, the largest of them
	lo, hi := addr-maxLock, addr+maxLock
	if base, span, _ := findObject(addr, 0, 0); base != 0 {
		lo, hi = base, base+span.elemsize
	}
	sep := ", perhaps held by thread "
	forEachGRace(func(gp *g) {
		if gp == waiter || !gp.hub.green || readgstatus(gp)&^_Gscan != _Gwaiting || hubWaitsOn(gp, addr) {
			return
		}
		for p := gp.sched.sp; p < gp.stack.hi; p += goarch.PtrSize {
			if w := *(*uintptr)(unsafe.Pointer(p)); lo <= w && w < hi {
				print(sep, gp.goid)
				sep = ", "
				return
			}
		}
	})
}

// hubWaitsOn reports whether gp waits on the semaphore at addr.
func hubWaitsOn(gp *g, addr uintptr) bool {
	for sg := gp.waiting; sg != nil; sg = sg.waitlink {
		if sg.c.get() == nil && sg.elem.uintptr() == addr {
			return true
		}
	}
	return false
}

func hubPrintStart(gp *g) {
	f := findfunc(gp.gopc)
	if gp.goid == 1 || !f.valid() {
		print("as main")
		return
	}
	file, line := funcline(f, gp.gopc-1)
	print("at ", file, ":", line, " by thread ", gp.parentGoid)
}
