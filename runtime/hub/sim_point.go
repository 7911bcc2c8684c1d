//go:build greenify_hub && greenify_sim

package runtime

import "unsafe"

// Points: where another thread may run though this one need not wait. Before an
// operation on a channel and close, Lock, RLock and their Try forms, WaitGroup and
// Cond; behind Unlock, RUnlock and a go statement. They are the rules of rewrite/rules
// for -sim.

// hubAt is a point, before an operation on an object or behind one.
func hubAt(object unsafe.Pointer) {
	s := &hubSim
	if !s.on {
		return
	}
	gp := getg()
	if mp := gp.m; mp.curg != gp || mp.locks != 0 || mp.preemptoff != "" || mp.throwing != 0 ||
		!gp.hub.owner || gp.hub.hold != 0 || gp.hub.kill.strict || gp.hub.kill.state != hubKillNone {
		return
	}
	s.steps++
	s.stall++
	s.reads = 0
	if hub.nremote.Load() != 0 {
		systemstack(hubDrain)
	}
	gp.hub.sim.object = uintptr(object)
	if hubSimLog.verbose {
		hubSimShow(gp, "    ")
	}
	n := uint32(hub.runq.size)
	over := s.steps > s.max
	if n == 0 && !over {
		if s.stall > hubSimStall || hubSimSoon(hubSimNextTimer()) {
			systemstack(hubSimAlone)
			n = uint32(hub.runq.size)
		}
		if n == 0 {
			return
		}
	}
	if n != 0 {
		s.forced = hubSimSwitch(gp, n)
	}
	if s.forced != 0 || over {
		mcall(gosched_m)
	}
}

// hubSimAlone lets the time go on for a thread that is alone.
func hubSimAlone() {
	if hubSimJump(); hub.nremote.Load() != 0 {
		hubDrain()
	}
}

//go:linkname internal_sync_hubAt internal/sync.hubAt
func internal_sync_hubAt(object unsafe.Pointer) { hubAt(object) }

//go:linkname sync_hubAt sync.hubAt
func sync_hubAt(object unsafe.Pointer) { hubAt(object) }
