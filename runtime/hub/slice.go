//go:build greenify_hub

package runtime

import (
	"internal/abi"
	"internal/goarch"
	"unsafe"
)

// Time slices. A green thread is not made to yield in the middle of a computation:
// that is what makes it free of data races. But programs poll for something that
// another thread is to do, and rely on being preempted. There are two steps,
// this one and that of busy.go.
//
// A thread that the Go scheduler preempts after its usual slice of 10 ms
// (forcePreemptNS), while others are ready, keeps the hub but is late: it yields at
// its next operation that may block, even if that operation would not have to wait:
// of a channel, of package sync, a system call. The scheduler does not preempt what it
// finds in a system or cgo call: sysmon makes that late (hubLateInCall).

// hubLate is hubLateMax while the owner is late, else 0. Packages sync and
// internal/sync have the same variable (linkname) and look at it in their fast paths.
// Inv: 0 while the hub is idle. Only who owns the hub changes it, and sysmon while it holds the owner
// in a call (hubLateInCall).
//
//go:linkname hubLate
var hubLate int32

// hubLateMax is above each result that RWMutex.RLock compares with hubLate, so that
// one comparison finds both a writer that waits and a slice that is over.
const hubLateMax = 1<<31 - 1

// hubSlice is the check at operations that may block.
//
//go:nosplit
func hubSlice() {
	if hubLate != 0 {
		hubYieldLate(false)
	}
}

// hubYieldLate yields. Who holds what it has asked for does not end there.
//
//go:nosplit
func hubYieldLate(holds bool) {
	gp := getg()
	switch {
	case !gp.hub.owner || gp.m.locks != 0 || hubStricts != 0:
	case gp.hub.kill.state == hubKillMark:
		hubYieldMarked(gp, holds)
	default:
		mcall(gosched_m)
	}
}

// hubYieldMarked is hubYieldLate of a thread that is to be killed. It ends there, as where it waits,
// unless what it has done or is about to do would be lost.
//
//go:nosplit
func hubYieldMarked(gp *g, holds bool) {
	ends := false
	if !holds {
		systemstack(func() { ends = hubLooks(gp, hubEndsLate) })
	}
	if ends {
		mcall(gosched_m)
		return
	}
	gp.hub.kill.uncut++
	mcall(gosched_m)
	gp.hub.kill.uncut--
	hubCalled()
}

// hubEndsLate reports whether gp, which is on its system stack, and whose slice is over, may end at the
// operation that it begins. That a slice ends there, at a lock that is free, is nobody's wait.
//
// It may not inside the standard library, but for package sync itself: what that has done it has not
// deferred to undo, as where it waits for something. os.Open has a descriptor when it asks a sync.Once.
// Nor in a deferred call: the rest of that would be lost.
func hubEndsLate(gp *g) bool {
	var u unwinder
	u.init(gp, unwindSilentErrors)
	entry, own := uintptr(0), false
	for ; u.valid(); u.next() {
		iu, uf := newInlineUnwinder(u.frame.fn, u.symPC())
		for ; !own && uf.valid(); uf = iu.next(uf) {
			if name := iu.srcFunc(uf).name(); !hubOfRuntime(name) && !hubOfSync(name) {
				if own = hubOwnFunc(name); !own {
					return false
				}
			}
		}
		if hubAtEnd(gp, &u.frame, entry) || funcname(u.frame.fn) == "runtime.deferreturn" {
			return false
		}
		entry = u.frame.fn.entry()
	}
	return own
}

//go:linkname internal_sync_hubSlice internal/sync.hubSlice
//go:nosplit
func internal_sync_hubSlice() { hubSlice() }

//go:linkname sync_hubSlice sync.hubSlice
//go:nosplit
func sync_hubSlice() { hubSlice() }

//go:linkname sync_hubSliceHeld sync.hubSliceHeld
//go:nosplit
func sync_hubSliceHeld() {
	if hubLate != 0 {
		hubYieldLate(true)
	}
}

// hubSleep0 is time.Sleep of no time: it yields, as in eventlet and gevent.
func hubSleep0() {
	if getg().hub.owner && hubGroups&hubGroupTime != 0 {
		Gosched()
	}
}

// hubSliceOver reports whether the time slice of the turn is over. Slices are of real time:
// a schedule of a simulation has none.
func hubSliceOver() bool {
	return hubBusyCuts() || !hubSimulated && hubTurn.over.Load() == hub.turns
}

// hubLateInCall makes an owner late that sysmon finds in a system or cgo call, while others
// are ready or it is to be killed. The caller holds its scan
// bit: it is not back from the call, where it looks (exitsyscall), so nobody but the caller
// changes hubLate. In a simulation how long a call takes is none of the schedule's business.
func hubLateInCall(gp *g) {
	if !hubSimulated && gp.hub.owner && hubSliceOver() {
		hubLate = hubLateMax
	}
}

// hubPreempted is called as the Go scheduler preempts an owner. It returns if the
// thread keeps the hub.
//
// That is not the end of a slice if a collection stops the world, or the OS thread had
// to wait for a processor: the turn must have run for a while (hubTurn.over).
func hubPreempted(gp *g) {
	if !hubSliceOver() {
		return
	}
	waiting := hubWaiting()
	if waiting || gp.hub.kill.state == hubKillMark {
		hubLate = hubLateMax
	} else {
		hubLate = 0
	}
	if gp.hub.hold != 0 || hubIsStrict(gp) {
		return
	}
	if !gp.hub.busy {
		if !hubBusyCuts() {
			return
		}
		gp.hub.busy = true
		gp.hub.kill.tries = 0
		if waiting {
			hubBusyReport(gp)
		}
	}
	if !waiting || hubBusyLimit() == 0 {
		return // to be killed (interrupt.go)
	}
	hubBusy.count.Add(1)
	if hubTracing {
		hubTraceCut(gp)
	}
	hubYield(gp)
}

// hubSched is called for an owner in goschedImpl: by runtime.Gosched, or by
// preemption. It returns if the thread keeps the hub.
func hubSched(gp *g, preempted bool) {
	switch {
	case preempted:
		hubPreempted(gp)
	case gp.hub.hold != 0:
	case gp.hub.kill.state == hubKillNone:
		hubYield(gp)
	case gp.hub.kill.state == hubKillMark && hubMay(gp) && !hubShielded(gp) || gp.hub.kill.strict:
		// As if Gosched had called hubPoint instead of mcall. A check in Gosched
		// would make it too large to be inlined.
		hubInstead(gp, abi.FuncPCABIInternal(hubPoint))
	default:
		hubYield(gp)
	}
}

// hubInstead lets gp, which has called mcall and is runnable by now, call fn instead. It is
// gostartcall without a closure, and so without a write barrier.
func hubInstead(gp *g, fn uintptr) {
	hubStill(gp, _Grunnable)
	if goarch.IsAmd64 == 1 {
		gp.sched.sp -= goarch.PtrSize
		*(*uintptr)(unsafe.Pointer(gp.sched.sp)) = gp.sched.pc
	} else {
		gp.sched.lr = gp.sched.pc
	}
	gp.sched.pc = fn
	hubStirs(gp, _Grunnable)
}
