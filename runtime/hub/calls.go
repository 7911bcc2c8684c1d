//go:build greenify_hub

package runtime

// A thread that is to be killed, and does nothing but calls of C or of the system. It
// yields behind them, when its slice is over (slice.go) or the hub was taken from it
// meanwhile, but it cannot unwind there: what the call has done, and its result, would
// be lost to the program. Nor is it preempted in them, so that it is never seen to
// compute (busy.go).
//
// It has a loop if it comes back to a place. If it does so for the limit of a
// computation, it counts as one that computes, and ends behind such a call, where it
// makes its next one (interrupt.go). What comes to an end by itself within that time
// does so, as a computation does, however many calls it makes.

// hubCalling are the threads that are to be killed and come back from calls. If there
// are more of them, they wait until others have ended. Owned with the hub.
var hubCalling [64]struct {
	goid  uint64
	since uint32  // hub ticks (hubNow) when it came back for the first time
	seen  uint32  // and for the last time
	calls uint32  // how often
	place uintptr // stands for where it was, one of these times (hubSite)
}

// hubCalled is called for a marked thread that is back from a call in which its slice
// ended, or behind which it waited for the hub.
func hubCalled() {
	gp, limit, now := getg(), hubBusyLimit()/1e6, hubNow.Load()
	if limit == 0 || !gp.hub.owner {
		return
	}
	own := -1
	for i := range hubCalling {
		c := &hubCalling[i]
		if c.goid == gp.goid {
			own = i
			break
		}
		if own < 0 && (c.goid == 0 || int64(now-c.seen) > max(2*limit, 10_000)) {
			own = i
		}
	}
	if own < 0 {
		return
	}
	c := &hubCalling[own]
	if c.goid != gp.goid {
		c.goid, c.since, c.calls = gp.goid, now, 0
	}
	c.seen = now
	// Brent's algorithm: a place is remembered for twice as many calls each time, so that a
	// loop comes back to it however many calls it makes.
	place := hubSite(gp, getfp())
	again := c.calls != 0 && place == c.place
	if c.calls++; c.calls&(c.calls-1) == 0 {
		c.place = place
	}
	if again && int64(now-c.since) >= limit {
		gp.hub.busy = true
		hubArm(gp)
	}
}
