//go:build greenify_hub

package runtime

import _ "unsafe" // for linkname

// Shields: inside the standard library a kill is an error first.
//
// Code that undoes its work by "if err != nil", or in a deferred call that looks at
// err, is passed by when Goexit unwinds it: a connection goes back to its pool in the
// middle of an answer, or never. Functions of the standard library that are written so
// stand in a shield (package internal/hubshield, rules of rewrite/rules/shield.go): a
// kill of a thread in one is not delivered by Goexit, but
//
//   - the thread stays marked, and the killer calls what the shields have registered:
//     it cancels the context that the function works under;
//   - a wait for a descriptor ends with an error, os.ErrDeadlineExceeded, and so do the
//     further ones of the thread in its shields. The descriptor stays as if that
//     deadline were its own (SetDeadline ends that): what was read and written half is
//     not gone on with by somebody else;
//   - other waits are ended by the context. If the shields have registered nothing,
//     they are cut as anywhere else: nobody would end them. But some are whole: what
//     they wait for is known to come, and is waited for.
//
// So the function returns an error, after it has cleaned up as after any other. At the
// end of the outermost shield the thread is back in code that Goexit may unwind, and
// does. If the function has succeeded all the same, it returns: the caller gets what is
// to be closed, and the thread unwinds at its next yield point.
//
// A shield does nothing in a native goroutine, in a thread that unwinds already, and
// inside NoYield.

// hubShielding is in which shields of the standard library a thread stands.
type hubShielding struct {
	depth  int32      // how many
	wholes int16      // how many of them are whole
	cuts   int16      // waits, and inner shields, that a kill has ended with an error in these, up to hubPatience and 1
	inner  *hubShield // the innermost of them that has something to cancel
}

// hubShield is a shield that has something to cancel: the head of
// internal/hubshield.Shield, which has the same fields. Others are only counted
// (hubShielding.depth).
type hubShield struct {
	outer     *hubShield
	cancel    func() // called by the killer, at most once; it must not wait for the thread
	cancelled bool
	patient   bool // descriptors are waited for all the same: cancel ends that
	closes    bool // a thread that is marked already does not unwind before
}

// hubPatience is after how many waits ended with a timeout they end as if the
// descriptor were closed: code that takes a timeout for a reason to try again ends too.
const hubPatience = 8

// hubShielded reports whether a kill of gp is to be an error, now.
//
//go:nosplit
func hubShielded(gp *g) bool { return gp.hub.shield.depth != 0 }

// hubCutShielded is hubCut for a marked thread in a shield. It reports whether the wait
// was cut, and if not, whether it is to be cut as outside a shield.
func hubCutShielded(gp *g) (cut, goOn bool) {
	s := gp.hub.shield.inner
	switch {
	case gp.waitreason == waitReasonIOWait:
		return (s == nil || !s.patient) && hubCutPoll(gp), false
	default:
		return false, s == nil && gp.hub.shield.wholes == 0
	}
}

// hubPollCut reports whether the wait for a descriptor that the current thread is
// about to begin, or has ended, is to return errcode.
func hubPollCut(pd *pollDesc, mode int) (errcode int, cut bool) {
	gp := getg()
	if gp.hub.kill.state != hubKillMark || gp.hub.shield.depth == 0 || gp.hub.shield.inner != nil && gp.hub.shield.inner.patient {
		return 0, false
	}
	poll_runtime_pollSetDeadline(pd, -1, mode)
	if gp.hub.shield.cut(); gp.hub.shield.cuts > hubPatience {
		return pollErrClosing, true
	}
	return pollErrTimeout, true
}

// hubCancel calls what the shields of a thread that has been marked have registered.
// The caller owns the hub, so the thread does not leave them meanwhile, unless what is
// called waits; late it does no harm.
func hubCancel(gp *g) {
	if *gp.hub.killed() != hubKillMark {
		return
	}
	for s := gp.hub.shield.inner; s != nil; s = s.outer {
		s.call()
	}
}

func (h *hubShielding) cut() { h.cuts = min(h.cuts+1, hubPatience+1) }

func (s *hubShield) call() {
	if !s.cancelled {
		s.cancelled = true
		s.cancel()
	}
}

// hubshield_active reports whether a shield makes a difference to the calling thread.
//
//go:linkname hubshield_active internal/hubshield.active
func hubshield_active() bool {
	h := &getg().hub
	return h.green && !h.kill.strict && h.kill.state != hubKillDying
}

// hubshield_begin begins a shield; s is nil if it has nothing to cancel. A thread that
// is marked and stands in no other unwinds here. The caller has asked hubshield_active.
//
//go:linkname hubshield_begin internal/hubshield.begin
func hubshield_begin(s *hubShield) {
	gp := getg()
	if gp.hub.kill.state == hubKillMark && gp.hub.shield.depth == 0 && (s == nil || !s.closes) {
		hubPoint()
	}
	gp.hub.shield.depth++
	if s == nil {
		return
	}
	s.outer, gp.hub.shield.inner = gp.hub.shield.inner, s
	if *gp.hub.killed() == hubKillMark {
		s.call()
	}
}

// hubshield_whole begins (1) or ends (-1) a whole shield.
//
//go:linkname hubshield_whole internal/hubshield.whole
func hubshield_whole(n int32) {
	h := &getg().hub
	h.shield.wholes += int16(n)
	if n > 0 {
		h.shield.depth++
		return
	}
	hubshield_end(nil, false)
}

// hubshield_end ends the innermost shield; failed says that the function returns an
// error. It is called in a deferred call.
//
//go:linkname hubshield_end internal/hubshield.end
func hubshield_end(s *hubShield, failed bool) {
	gp := getg()
	if s != nil {
		gp.hub.shield.inner = s.outer
	}
	if gp.hub.shield.depth--; gp.hub.shield.depth != 0 {
		if failed && gp.hub.kill.state == hubKillMark {
			gp.hub.shield.cut() // the outer ones may not know what has failed in them
		}
		return
	}
	failed = failed || gp.hub.shield.cuts != 0
	gp.hub.shield.cuts = 0
	if failed && gp.hub.kill.state == hubKillMark && gp._panic == nil { // a panic goes on
		hubPoint()
	}
}

// hubshield_in reports whether the calling thread stands in the shield s.
//
//go:linkname hubshield_in internal/hubshield.in
func hubshield_in(s *hubShield) bool {
	for in := getg().hub.shield.inner; in != nil; in = in.outer {
		if in == s {
			return true
		}
	}
	return false
}

// hubshield_cut reports whether a wait for a descriptor was ended by an error in the
// shields of the calling thread.
//
//go:linkname hubshield_cut internal/hubshield.cut
func hubshield_cut() bool { return getg().hub.shield.cuts != 0 }

// hubKilled is green.ErrKilled: the cause of a context that a kill has cancelled.
var hubKilled error

//go:linkname hubshield_killed internal/hubshield.killed
func hubshield_killed() error { return hubKilled }

//go:linkname green_setKilled github.com/greenify-go/greenify/runtime.setErrKilled
func green_setKilled(err error) { hubKilled = err }
