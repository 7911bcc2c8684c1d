//go:build greenify_hub

package runtime

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
	gp.hub.report.seen = hubSeen{}
	if hubKeepsIn(gp) {
		return false
	}
	gp.hub.owner = false
	gp.hub.busy = false
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
	hub.yields++
	hubRaceRelease(gp)
	if hubTracing {
		hubTraceWake(gp, nil)
	}
	if hub.nremote.Load() != 0 {
		hubDrain() // they were ready before gp
	}
	hubSimYields(gp)
	if hubLate != 0 {
		hubPutOver(gp)
	} else {
		hubPutYielded(gp)
	}
	hubPass()
}

// hubLend takes the role of a goroutine that calls coroswitch (iter.Pull) from it.
func hubLend(gp *g) hubRole {
	role := hubRole{gp.hub.hubFlags, gp.hub.pool, hubIsStrict(gp)}
	gp.hub.owner, gp.hub.worker, gp.hub.pool = false, false, 0
	return role
}

// hubMove gives the role to the one that goes on: the iterator's goroutine acts for
// its caller, so it is what the caller is.
func hubMove(from hubRole, to *g) {
	to.hub.hubFlags, to.hub.pool = from.hubFlags, from.pool
	hubStrictMoves(from, to)
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
