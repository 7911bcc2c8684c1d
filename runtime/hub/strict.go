//go:build greenify_hub

package runtime

import (
	"internal/abi"
	_ "unsafe" // for linkname
)

// green.NoYield: a thread that must not yield. Its kill.state is hubStrict, which
// all that passes the hub on looks at anyway; what it would be else is in kill.under.
//
// Where the thread would yield it panics. If nothing has been done for the wait
// yet, it does so there and then (hubStrictly: leaving for native work, Gosched).
// Otherwise it has parked: it stands in a queue, counted as a waiter. It is taken out
// as a killed thread is (hubCut), but goes on at once instead of queueing, and panics
// behind gopark (hubUnwind). So no other thread has run, and what it waited for is
// as if it had never waited.
//
// System calls and calls of C keep the hub meanwhile, and the end of a time slice
// waits. A wait that cannot be cut takes place; NoYield panics at the end.

// hubStricts counts the threads in NoYield: while one is, no time slice ends. Only who
// owns the hub changes it.
var hubStricts int32

// hubStrictFor is the goroutine of an iterator (iter.Pull) that acts for a thread in NoYield, the
// last one if there are several. Its kill.strict is not set: it may wait, which is
// no wait of the thread, and NoYield panics at the end. Owned with the hub.
var hubStrictFor guintptr

// hubIsStrict reports whether gp is, or acts for, a thread in NoYield, so that nothing is
// to take the hub from it.
//
//go:nosplit
func hubIsStrict(gp *g) bool { return gp.hub.kill.strict || hubStrictFor.ptr() == gp }

// hubStrictMoves is called as a role moves to another goroutine.
func hubStrictMoves(from hubRole, to *g) {
	switch {
	case from.strict && !to.hub.kill.strict && to.startpc == abi.FuncPCABIInternal(corostart):
		hubStrictFor.set(to)
	case from.strict || hubStrictFor.ptr() == to:
		hubStrictFor = 0
	}
}

// hubStrictly panics if the calling thread must not yield.
func hubStrictly() {
	if getg().hub.kill.strict {
		hubUnwind()
	}
}

// hubGoOn runs gp, which has parked and whose wait was cut, as if it had not. It does
// not return.
func hubGoOn(gp *g) {
	hub.yields-- // it has not
	trace := traceAcquire()
	casgstatus(gp, _Gwaiting, _Grunnable)
	if trace.ok() {
		trace.GoUnpark(gp, 2)
		traceRelease(trace)
	}
	hubKeep(gp, true)
	execute(gp, true)
}

// hubYields is package green's: it panics. Set by it, for the runtime cannot make
// the error.
var hubYields func()

// green_strict begins or ends what the calling thread must not yield in. It reports
// whether that changes anything: not outside the hub, nor inside NoYield.
//
//go:linkname green_strict github.com/greenify-go/greenify/runtime.strict
func green_strict(on bool, yields func()) (changed bool) {
	h := &getg().hub
	if on == h.kill.strict || on && !h.owner {
		return false
	}
	if on {
		hubYields = yields
		h.kill.under, h.kill.state = h.kill.state, hubStrict
		hubStricts++
	} else {
		h.kill.state = h.kill.under
		hubStricts--
	}
	h.kill.strict = on
	return true
}

// killed returns the field that holds the state of a kill: inside NoYield it is saved in
// under.
func (h *hubState) killed() *uint8 {
	if h.kill.strict {
		return &h.kill.under
	}
	return &h.kill.state
}
