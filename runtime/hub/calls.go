//go:build greenify_hub

package runtime

import (
	"internal/runtime/atomic"
	"internal/stringslite"
	_ "unsafe" // for linkname
)

// A thread that is to be killed, and does nothing but calls of C or of the system. It
// yields behind them, when its slice is over (slice.go) or the hub was taken from it
// meanwhile, but it cannot unwind there: what the call has done, and its result, would
// be lost to the program. Nor is it preempted in them, so that it is never seen to
// compute (busy.go).
//
// It has a loop if it comes back to a place. If it does so for the limit of a
// computation, it ends as it enters its next call: of C, of the system if the program's own code makes
// it, or the Read or Write of a descriptor. So what it acquires by a call and gives back
// in a deferred one is given back, if it makes no other call in between. A loop over functions of the
// standard library has no such entry: who still comes back counts as one that computes, and ends
// where the program calls a function (interrupt.go). What comes to an end by itself within that time
// does so, however many calls it makes.

// hubCalling are the threads that are to be killed and come back from calls. If there
// are more of them, they wait until others are about to end. Owned with the hub.
var hubCalling [1024]struct {
	goid  uint64
	since uint32  // hub ticks (hubNow) when it came back for the first time
	seen  uint32  // and for the last time
	calls uint32  // how often
	armed int8    // how often since the limit, up to hubArmed
	place uintptr // where the program's own code was, one of these times
}

// hubArmed is how often a thread comes back before it counts as one that computes: it has
// not ended at an entry.
const hubArmed = 3

// hubEnds is not 0 while a thread may end as it enters a call. Package syscall has the same variable.
//
//go:linkname hubEnds
var hubEnds uint32

// hubSought is when (hub ticks, and 1) a thread could not end where it was looked at; 0: none is looked for.
var hubSought atomic.Uint32

// hubCalled is called for a marked thread that is back from a call in which its slice
// ended, or behind which it waited for the hub, and where its slice ended and it may not (hubEndsLate).
func hubCalled() {
	gp, limit, now := getg(), hubBusyLimit(), hubNow.Load()
	if !gp.hub.owner {
		return
	}
	if limit == 0 { // none is cut, but for one that is to end
		limit = hubBusyDefault
	}
	limit /= 1e6
	own := hubCallingAt(gp)
	if own < 0 {
		if own = hubCallingAt(nil); own < 0 {
			return
		}
		c := &hubCalling[own]
		c.goid, c.since, c.calls, c.armed = gp.goid, now, 0, 0
	}
	c := &hubCalling[own]
	c.seen = now
	// Brent's algorithm: a place is remembered for twice as many calls each time, so that a
	// loop comes back to it however many calls it makes.
	var place uintptr
	systemstack(func() { place = hubOwnPlace(gp) })
	again := c.calls != 0 && place == c.place
	if c.calls++; c.calls&(c.calls-1) == 0 {
		c.place = place
	}
	if c.armed == 0 && !(again && int64(now-c.since) >= limit) {
		return
	}
	c.armed = min(c.armed+1, hubArmed)
	hubSought.Store(now + 1)
	atomic.Store(&hubEnds, 1)
	if c.armed == hubArmed {
		gp.hub.busy = true
		hubArm(gp)
	}
}

// hubOwnPlace returns where the program's own code is on the stack of gp; 0 if nowhere.
func hubOwnPlace(gp *g) uintptr {
	var u unwinder
	u.init(gp, unwindSilentErrors)
	for ; u.valid(); u.next() {
		if hubOwnCode(&u) {
			return u.frame.pc
		}
	}
	return 0
}

// hubEndAtEntry is called as a thread enters a call of C or of the system while hubEnds is not 0.
// It does not return if the thread ends here.
//
//go:nosplit
func hubEndAtEntry() {
	gp := getg()
	if !hubMayEnd(gp) || gp.hub.kill.claim != nil {
		return
	}
	ends := false
	systemstack(func() { ends = hubLooks(gp, hubEndsAtEntry) })
	if ends {
		mcall(gosched_m) // goes on in hubPoint: hubSched
	}
}

//go:linkname syscall_hubEndAtEntry syscall.hubEndAtEntry
//go:nosplit
func syscall_hubEndAtEntry() { hubEndAtEntry() }

// hubEndsAtEntry reports whether gp, which is about to enter a call, may end there. Between
// the call and the program's own code there may be one function of package syscall: these make
// one call and hold nothing, while what has more frames may (ForkExec has a lock). Or
// there is the Read or Write of a descriptor, with all that called it, such as io.Copy: there
// a wait for the descriptor would be cut in the same function (kill.go).
func hubEndsAtEntry(gp *g) bool {
	if i := hubCallingAt(gp); i < 0 || hubCalling[i].armed == 0 {
		return false
	}
	var u unwinder
	u.init(gp, unwindSilentErrors)
	entry, thin, waits := uintptr(0), false, false
	for ; u.valid() && !hubOwnCode(&u); u.next() {
		switch name := funcname(u.frame.fn); {
		case hubAtEnd(gp, &u.frame, entry):
			return false
		case waits:
			if hubOfRuntime(name) {
				return false
			}
		case name == "internal/poll.(*FD).Read" || name == "internal/poll.(*FD).Write":
			waits = true
		case hubOfRuntime(name) || name == "syscall.hubEndAtEntry" || name == "syscall.Syscall" || name == "syscall.Syscall6" || name == "internal/poll.ignoringEINTRIO":
		case stringslite.HasPrefix(name, "syscall.") && !thin:
			thin = true
		default:
			return false
		}
		entry = u.frame.fn.entry()
	}
	if !u.valid() || hubInDeferred(gp, u, entry) || !hubOnlyCode(&u) {
		return false
	}
	hubCalling[hubCallingAt(gp)].goid = 0
	return true
}

// hubCallingAt returns the place of a thread among hubCalling, -1 if it has none; for nil, a place that
// can be taken: a free one, else one whose thread has not come back for long, else one whose
// thread is to end, and begins anew if it does not.
func hubCallingAt(gp *g) int {
	taken, armed, now := -1, -1, hubNow.Load()
	for i := range hubCalling {
		switch c := &hubCalling[i]; {
		case gp != nil && c.goid == gp.goid:
			return i
		case c.goid == 0 || now-c.seen > 10_000:
			taken = i
		case c.armed != 0:
			armed = i
		}
	}
	switch {
	case gp != nil:
		return -1
	case taken >= 0:
		return taken
	}
	return armed
}

// hubComesBack reports whether gp still makes calls: it is not cut between two of them, where it may
// have acquired something by one and not deferred yet what gives it back. But nothing lasts for ever.
func hubComesBack(gp *g) bool {
	i := hubCallingAt(gp)
	return i >= 0 && hubNow.Load()-hubCalling[i].seen < 1000 && hubNow.Load()-hubCalling[i].since < 10_000
}

// hubLookOften has a thread that is to end preempted if it owns the hub and is in no call. It returns 1 if sysmon is to be
// back soon. It is sysmon's.
func hubLookOften() uint32 {
	last := hubSought.Load()
	if last == 0 {
		return 0
	}
	if int32(hubNow.Load()-last) >= 1000 {
		hubSought.Store(0)
		atomic.Store(&hubEnds, 0)
		return 0
	}
	if gp := hub.holder.ptr(); gp != nil && gp.hub.busy && gp.hub.kill.state == hubKillMark {
		if mp := gp.m; mp != nil {
			if pp := mp.p.ptr(); pp != nil {
				preemptone(pp)
			}
		}
	}
	return 1
}
