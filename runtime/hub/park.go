//go:build greenify_hub

package runtime

import (
	"internal/abi"
	"internal/goarch"
	"unsafe"
)

// yieldPoint says for each wait reason whether the wait lets other green
// threads run: by its module groups for what a program asks for (groups.go), 0
// for the runtime's own business in the middle of an allocation or a collection.
var yieldPoint = [len(waitReasonStrings)]uint16{
	waitReasonIOWait:                hubGroupOS | hubGroupSocket,
	waitReasonSemacquire:            hubGroupThread,
	waitReasonSleep:                 hubGroupTime,
	waitReasonChanReceiveNilChan:    hubGroupBuiltins,
	waitReasonChanSendNilChan:       hubGroupBuiltins,
	waitReasonSelectNoCases:         hubGroupSelect,
	waitReasonSelect:                hubGroupSelect,
	waitReasonChanReceive:           hubGroupBuiltins,
	waitReasonChanSend:              hubGroupBuiltins,
	waitReasonSyncCondWait:          hubGroupThread,
	waitReasonSyncMutexLock:         hubGroupThread,
	waitReasonSyncRWMutexRLock:      hubGroupThread,
	waitReasonSyncRWMutexLock:       hubGroupThread,
	waitReasonSyncWaitGroupWait:     hubGroupThread,
	waitReasonTraceReaderBlocked:    hubGroupNone,
	waitReasonPanicWait:             hubGroupNone,
	waitReasonSynctestRun:           hubGroupThread,
	waitReasonSynctestWait:          hubGroupThread,
	waitReasonSynctestChanReceive:   hubGroupBuiltins,
	waitReasonSynctestChanSend:      hubGroupBuiltins,
	waitReasonSynctestSelect:        hubGroupSelect,
	waitReasonSynctestWaitGroupWait: hubGroupThread,
}

// hubRelease is called as a goroutine parks, before anybody can wake it. It
// reports whether the goroutine owned the hub and this is a yield point; the
// caller then owns the hub and must call hubPass, or hubKeep if the wait turns
// out not to happen.
func hubRelease(gp *g) bool {
	if !gp.hub.owner {
		if gp.hub.worker && yieldPoint[gp.waitreason] != 0 {
			hubPoolPark(gp)
		}
		return false
	}
	gp.hub.since = hubNow.Load()
	if gp.hub.hold != 0 || yieldPoint[gp.waitreason]&hubGroups == 0 {
		return false
	}
	gp.hub.owner = false
	gp.hub.late = false
	gp.hub.waitlock = uintptr(getg().m.waitlock)
	hub.yields++
	hubRaceRelease(gp)
	if hubTracing {
		hubTracePark(gp)
	}
	return true
}

// hubKeep undoes hubRelease, which returned released.
func hubKeep(gp *g, released bool) {
	if !released {
		if gp.hub.pool != 0 && !gp.hub.worker {
			hubPoolKeep(gp)
		}
		return
	}
	gp.hub.owner = true
	if hubTracing {
		hubTraceTo(gp, traceRun)
	}
	hubRaceAcquire(gp)
}

// hubYield puts a runnable owner behind the ready threads and runs the first
// of them. It does not return. (runtime.Gosched)
func hubYield(gp *g) {
	gp.hub.owner = false
	gp.hub.late = false
	hub.yields++
	hubRaceRelease(gp)
	if hubTracing {
		hubTraceWake(gp, nil)
	}
	hub.runq.pushBack(gp)
	hubPass()
}

// Time slices. A green thread is never made to yield in the middle of a
// computation: that is what makes it free of data races. But programs poll, by
// select with default or by system calls, for something that another thread is
// to do, and rely on being preempted. So a thread that the Go scheduler preempts
// after its usual slice of 10 ms (forcePreemptNS), while others are ready, keeps
// the hub but is late: it yields at its next operation that may block, even if
// that operation would not have to wait. A loop without any such operation
// holds the hub for as long as it runs.

// hubSched is called for an owner in goschedImpl: by runtime.Gosched, or by
// preemption. It returns if the thread keeps the hub.
func hubSched(gp *g, preempted bool) {
	switch {
	case preempted:
		gp.hub.late = hubWaiting()
	case gp.hub.hold != 0:
	case gp.hub.kill == hubKillNone:
		hubYield(gp)
	case gp.hub.kill == hubKillMark && hubMay(gp) || gp.hub.strict:
		// As if Gosched had called hubPoint instead of mcall. A check in Gosched
		// would make it too large to be inlined.
		hubInstead(gp, abi.FuncPCABIInternal(hubPoint))
	default:
		hubYield(gp)
	}
}

// hubInstead lets gp, which has called mcall, call fn instead. It is gostartcall
// without a closure, and so without a write barrier.
func hubInstead(gp *g, fn uintptr) {
	if goarch.IsAmd64 == 1 {
		gp.sched.sp -= goarch.PtrSize
		*(*uintptr)(unsafe.Pointer(gp.sched.sp)) = gp.sched.pc
	} else {
		gp.sched.lr = gp.sched.pc
	}
	gp.sched.pc = fn
}

// hubSlice is the check at operations that may block.
//
//go:nosplit
func hubSlice() {
	if getg().hub.late {
		hubYieldLate()
	}
}

//go:nosplit
func hubYieldLate() {
	if gp := getg(); gp.hub.owner && gp.m.locks == 0 && !gp.hub.strict {
		mcall(gosched_m)
	}
}

// hubEnd is called as a goroutine ends, before it is destroyed. It reports
// whether the caller now owns the hub and must call hubPass. If the M is to
// die with its goroutine, the hub is passed on here.
func hubEnd(gp *g) bool {
	owner := gp.hub.owner
	if gp.hub.ran {
		hub.alive.Add(-1)
	}
	if hubTracing {
		hubTraceTo(gp, traceNone)
	}
	locked := gp.lockedm != 0
	gp.hub = hubState{}
	if owner && locked {
		if next := hubNext(); next != nil {
			runqput(getg().m.p.ptr(), next, false)
			wakep()
		}
		return false
	}
	return owner
}

// hubMove moves the hub from a goroutine to the one it switches to by
// coroswitch (iter.Pull): the iterator's goroutine acts for its caller, so it
// is what the caller is.
func hubMove(from hubState, to *g) {
	to.hub.green, to.hub.owner = from.green, from.owner
	to.hub.pool, to.hub.worker = from.pool, from.worker
	if from.owner {
		if hubTracing {
			hubTraceTo(hub.holder.ptr(), traceNone)
			hubTraceTo(to, traceRun)
		}
		hub.holder.set(to)
		hub.last.set(to) // one thread, not a switch
	}
}

// hubSemacquire is the runtime's semacquire for waits that end only when another
// green thread runs: it yields. (semacquire itself is patched to keep the hub.)
func hubSemacquire(addr *uint32) {
	semacquire1(addr, false, 0, 0, waitReasonSemacquire)
}
