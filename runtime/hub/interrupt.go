//go:build greenify_hub

package runtime

import (
	"internal/abi"
	"internal/stringslite"
)

// A thread that is to be killed and computes. Most threads end at their next wait
// (kill.go). One that has been cut (busy.go), and computes on, ends where the Go
// scheduler preempts it, in one of two ways.
//
// At a call by a function of the program: newstack, which the prologue of the called
// function has entered, has the caller call hubUnwind in its place. So the call is as
// if that function had called Goexit, which any call may do. The caller must be the
// program's own code: what is inlined from package sync has half done its work.
// And it must not have deferred calls, since it may be at its end and making one.
//
// In a loop that makes no such call, where the preemption signal finds it, after
// hubAtCalls signals. The handler does what it does for a nil pointer (sigpanic): the
// frame is dead to the collector and the unwinder, but for what its deferred calls
// need. That holds at each point at which the thread could be preempted, but at the
// start of a function with deferred calls (hubUnwindsFrom).
//
// In both there must be nothing of the runtime on the stack, such as a map that grows
// or a panic, and no C.

// hubAtCalls is for how many signals, 10 ms apart, only calls are looked at.
const hubAtCalls = 20

// hubInterrupted says that hubKillAtCall or the handler has decided.
const hubInterrupted = hubAtCalls + 1

// hubDoomed reports whether gp is to end where it is preempted.
//
//go:nosplit
func hubDoomed(gp *g) bool {
	h := &gp.hub
	return h.kill.state == hubKillMark && h.busy && h.owner && h.hold == 0 && h.kill.uncut == 0 && gp._panic == nil && !hubShielded(gp) && !hubInC(gp)
}

// hubKillAtCall is called by newstack as gp is preempted in the prologue of a function,
// of which nothing is done yet.
func hubKillAtCall(gp *g) {
	if !hubDoomed(gp) {
		return
	}
	var u unwinder
	u.initAt(^uintptr(0), ^uintptr(0), ^uintptr(0), gp, unwindSilentErrors)
	if !u.valid() {
		return
	}
	u.next()
	if !u.valid() || !hubOwnCode(&u) || u.frame.fn.deferreturn != 0 || !hubOnlyCode(&u) {
		return
	}
	gp.sched.pc = abi.FuncPCABIInternal(hubUnwind)
}

// hubKillsHere is called by the handler of the preemption signal. It reports
// whether gp is not to be preempted there: it ends here, or is left to hubKillAtCall.
//
//go:nowritebarrierrec
func hubKillsHere(gp *g, c *sigctxt) bool {
	if !hubDoomed(gp) || gp.preemptStop || sched.gcwaiting.Load() {
		return false
	}
	if gp.hub.kill.tries < hubAtCalls {
		gp.hub.kill.tries++
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
	pkg := hubPackage(iu.srcFunc(uf).name())
	return hubOfScope(pkg, hubScopeDeps) && pkg != "github.com/greenify-go/greenify/runtime"
}

// hubOnlyCode reports whether the frames from here on are of no function of the runtime
// but those below main and the go statement.
func hubOnlyCode(u *unwinder) bool {
	for ; u.valid(); u.next() {
		switch name := funcname(u.frame.fn); {
		case name == "runtime.main" || name == "runtime.goexit":
		case stringslite.HasPrefix(name, "runtime.") || stringslite.HasPrefix(name, "internal/runtime/"):
			return false
		}
	}
	return true
}

// hubSigpanic is called by sigpanic.
func hubSigpanic() {
	if getg().hub.kill.tries == hubInterrupted {
		hubUnwind()
	}
}
