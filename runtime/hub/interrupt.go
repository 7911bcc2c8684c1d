//go:build greenify_hub

package runtime

import (
	"internal/abi"
	"internal/goarch"
	"internal/stringslite"
	"unsafe"
)

// A thread that is to be killed and computes. Most threads end at their next wait
// (kill.go). One that has been cut (busy.go), and computes on, ends where the Go
// scheduler preempts it, in one of two ways.
//
// At a call by a function of the program: newstack, which the prologue of the called
// function has entered, has the caller call hubUnwind in its place. So the call is as
// if that function had called Goexit, which any call may do. The caller must be the
// program's own code: what is inlined from package sync has half done its work. It must not be
// a deferred call, nor in one: that one would be lost (hubAtEnd). If it is
// another, the thread stays one to be preempted: the runtime sets its stack guard anew
// behind each system or cgo call and most allocations (exitsyscall, releasem), and the prologue behind
// that may be one of the program's.
//
// In a loop that makes no such call, where the preemption signal finds it, after
// hubAtCalls tries. The handler does what it does for a nil pointer (sigpanic): the
// frame is dead to the collector and the unwinder, but for what its deferred calls
// need. That holds at each point at which the thread could be preempted, but at the
// start of a function with deferred calls (hubUnwindsFrom).
//
// In both there must be nothing of the runtime on the stack, such as a map that grows
// or a panic, and no C.

// hubAtCalls is for how many tries, 10 ms apart, only calls are looked at.
const hubAtCalls = 20

// hubLookFrom is the time (nanotime) from which on a stack may be walked again in a turn: to walk a deep
// one takes long. Owned with the hub.
var hubLookFrom int64

var hubLookTurn uint32 // the turn that it is of

const (
	hubLookShare = 20  // a look has to be paid for by so many times as much time
	hubLookAhead = 1e6 // of which so much may have been saved: all calls of a loop are looked at, one behind the other
)

// hubInterrupted says that hubKillAtCall or the handler has decided.
const hubInterrupted = hubAtCalls + 1

// hubDoomed reports whether gp is to end where it is preempted.
//
//go:nosplit
func hubDoomed(gp *g) bool { return gp.hub.busy && hubMayEnd(gp) }

// hubMayEnd reports whether gp is to be killed and may unwind, but for what is on its stack.
//
//go:nosplit
func hubMayEnd(gp *g) bool {
	h := &gp.hub
	return h.kill.state == hubKillMark && h.owner && h.hold == 0 && h.kill.uncut == 0 && gp._panic == nil && !hubShielded(gp) && !hubInC(gp)
}

// hubArm has gp, the caller, preempted at its next prologue, and looked at there.
func hubArm(gp *g) {
	if hubDoomed(gp) {
		gp.preempt = true
		gp.stackguard0 = stackPreempt
	}
}

// hubKillAtCall is called by newstack as gp is preempted in the prologue of a function,
// of which nothing is done yet. It returns if gp ends there, or is to be preempted.
func hubKillAtCall(gp *g) {
	if !hubDoomed(gp) {
		return
	}
	if hubLooks(gp, hubEndsAtCall) {
		gp.sched.pc = abi.FuncPCABIInternal(hubUnwind)
		return
	}
	hubTries(gp)
	hubSought.Store(hubNow.Load() + 1)
	if sched.gcwaiting.Load() || hubWaiting() && hubSliceOver() {
		return
	}
	gp.syncSafePoint = false
	gp.stackguard0 = gp.stack.lo + stackGuard // else this prologue comes here again
	gogo(&gp.sched)
}

// hubLooks asks whether gp may end where it is, unless that has been asked for too long a time of late.
func hubLooks(gp *g, ends func(gp *g) bool) bool {
	begin := nanotime()
	if hubLookTurn != hub.turns {
		hubLookTurn, hubLookFrom = hub.turns, 0
	}
	if begin < hubLookFrom {
		return false
	}
	yes := ends(gp)
	hubLookFrom = max(hubLookFrom, begin-hubLookAhead) + hubLookShare*(nanotime()-begin)
	return yes
}

// hubEndsAtCall reports whether gp may end at the call of the function whose prologue it is in.
func hubEndsAtCall(gp *g) bool {
	var u unwinder
	u.init(gp, unwindSilentErrors)
	if !u.valid() {
		return false
	}
	// What the compiler has a function call (newobject, convT, mapassign, type:.eq) it does
	// in the middle of a statement, such as the defer behind what has just been acquired. So such a call
	// comes last, and that of the defer statement never.
	called := u.frame.fn
	if name := funcname(called); hubOfRuntime(name) || stringslite.HasPrefix(name, "type:") {
		if gp.hub.kill.tries < hubAtCalls || hubComesBack(gp) || hubInDefer(name) {
			return false
		}
	}
	u.next()
	return u.valid() && (hubOwnCode(&u) || hubThinly(gp, &u)) && !hubInDeferred(gp, u, called.entry()) && hubOnlyCode(&u)
}

// hubThinly reports whether the frame is of the program's own code, which has something of the
// standard library inlined that makes the call, such as fmt.Errorf, and gp could not end elsewhere. What is
// of package sync has half done its work.
func hubThinly(gp *g, u *unwinder) bool {
	if gp.hub.kill.tries < hubAtCalls || !hubOwnFunc(funcname(u.frame.fn)) {
		return false
	}
	iu, uf := newInlineUnwinder(u.frame.fn, u.symPC())
	return !hubOfSync(iu.srcFunc(uf).name())
}

// hubOfSync reports whether a function is of package sync.
func hubOfSync(name string) bool {
	return stringslite.HasPrefix(name, "sync.") || stringslite.HasPrefix(name, "internal/sync.")
}

// hubInDefer reports whether a function of the runtime may be part of a defer statement.
func hubInDefer(name string) bool {
	return stringslite.HasPrefix(name, "runtime.deferproc") || name == "runtime.newobject" || stringslite.HasPrefix(name, "runtime.convT")
}

// hubTries counts, for the thread that runs, that it could not end though it was looked for, once
// in the time of a slice.
func hubTries(gp *g) {
	if now := nanotime(); now-hubTried >= forcePreemptNS && gp.hub.kill.tries < hubAtCalls {
		hubTried = now
		gp.hub.kill.tries++
	}
}

var hubTried int64 // nanotime when that was counted last; owned with the hub

// hubInDeferred reports whether the stack from u on, of which the innermost function has called
// the one at entry, may have a deferred call of a function that returns.
func hubInDeferred(gp *g, u unwinder, entry uintptr) bool {
	for ; u.valid(); u.next() {
		if hubAtEnd(gp, &u.frame, entry) {
			return true
		}
		entry = u.frame.fn.entry()
	}
	return false
}

// hubAtEnd reports whether the call of the function at entry that the frame's function
// makes may be one of its open-coded deferred calls (package runtime makes the
// others: hubOnlyCode). The frame has a bit and a closure for each of these, nil
// until it is deferred (emitOpenDeferInfo, openDeferSave and openDeferExit of cmd/compile,
// initOpenCodedDefers). The bit is cleared before the call, so the closure is one of those whose
// bit is not set. How many there are is not known: there are eight at most, and what lies
// behind the last one can only make the answer true.
func hubAtEnd(gp *g, f *stkframe, entry uintptr) bool {
	info := funcdata(f.fn, abi.FUNCDATA_OpenCodedDeferInfo)
	if info == nil {
		return false
	}
	offset, info := hubVarint(info)
	bits := *(*uint8)(unsafe.Pointer(f.varp - offset))
	offset, _ = hubVarint(info)
	first := f.varp - offset
	for i := range uintptr(8) {
		slot := first + i*goarch.PtrSize
		if slot < f.varp && bits&(1<<i) == 0 && hubMayCall(gp, *(*uintptr)(unsafe.Pointer(slot)), entry) {
			return true
		}
	}
	return false
}

// hubVarint is readvarintUnsafe, which newstack may not call, as it can panic.
func hubVarint(p unsafe.Pointer) (v uintptr, rest unsafe.Pointer) {
	for shift := 0; ; shift += 7 {
		b := *(*uint8)(p)
		p = add(p, 1)
		if v |= uintptr(b&0x7f) << (shift & 31); b < 0x80 {
			return v, p
		}
	}
}

// hubMayCall reports whether a word may be a closure of the function at entry. One of a
// program's own data is taken for it unseen: what may be read there is not known.
func hubMayCall(gp *g, closure, entry uintptr) bool {
	if closure%goarch.PtrSize != 0 {
		return false
	}
	if gp.stack.lo <= closure && closure < gp.stack.hi || spanOfHeap(closure) != nil {
		return *(*uintptr)(unsafe.Pointer(closure)) == entry
	}
	for m := &firstmoduledata; m != nil; m = m.next {
		if min(m.text, m.types, m.rodata) <= closure && closure < m.end {
			return true
		}
	}
	return false
}

// hubKillsHere is called by the handler of the preemption signal. It reports
// whether gp is not to be preempted there: it ends here, or is left to hubKillAtCall.
//
//go:nowritebarrierrec
func hubKillsHere(gp *g, c *sigctxt) bool {
	if !hubDoomed(gp) || gp.preemptStop || sched.gcwaiting.Load() {
		return false
	}
	if hubTries(gp); gp.hub.kill.tries < hubAtCalls || hubComesBack(gp) {
		return true
	}
	if ok, _ := isAsyncSafePoint(gp, c.sigpc(), c.sigsp(), c.siglr()); !ok {
		return false
	}
	getg().m.mallocing++ // as in sigprof: trap allocations
	var u unwinder
	u.initAt(c.sigpc(), c.sigsp(), c.siglr(), gp, unwindSilentErrors|unwindTrap)
	ok := u.valid() && hubOwnCode(&u) && hubUnwindsFrom(u.frame.fn, c.sigpc()) && hubOnlyCode(&u)
	getg().m.mallocing--
	if ok {
		gp.hub.kill.tries = hubInterrupted
		gp.sigpc = c.sigpc()
		c.preparePanic(sigPreempt, gp)
	}
	return ok
}

// hubUnwindsFrom reports whether f can unwind from pc. A function with deferred calls
// keeps in its frame which of them are due, and clears that, and all else that they
// and the collector look at, in its first block: before it calls anything. Where a
// stack map of a call is in force, pc is behind a call, so behind that block.
func hubUnwindsFrom(f funcInfo, pc uintptr) bool {
	return f.deferreturn == 0 || pcdatavalue(f, abi.PCDATA_StackMapIndex, pc) != -1
}

// hubOwnCode reports whether the innermost function of the frame is neither of the standard
// library nor of package green.
func hubOwnCode(u *unwinder) bool {
	iu, uf := newInlineUnwinder(u.frame.fn, u.symPC())
	return hubOwnFunc(iu.srcFunc(uf).name())
}

// hubOwnFunc reports whether a function is of neither.
func hubOwnFunc(name string) bool {
	pkg := hubPackage(name)
	return hubOfScope(pkg, hubScopeDeps) && pkg != "github.com/greenify-go/greenify/runtime"
}

// hubOnlyCode reports whether the frames from here on are of no function of the runtime
// but those below main and the go statement.
func hubOnlyCode(u *unwinder) bool {
	for ; u.valid(); u.next() {
		switch name := funcname(u.frame.fn); {
		case name == "runtime.main" || name == "runtime.goexit":
		case hubOfRuntime(name):
			return false
		}
	}
	return true
}

// hubOfRuntime reports whether a function is of the runtime.
func hubOfRuntime(name string) bool {
	return stringslite.HasPrefix(name, "runtime.") || stringslite.HasPrefix(name, "internal/runtime/")
}

// hubSigpanic is called by sigpanic.
func hubSigpanic() {
	if getg().hub.kill.tries == hubInterrupted {
		hubUnwind()
	}
}
