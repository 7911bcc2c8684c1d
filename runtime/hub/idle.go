//go:build greenify_hub

package runtime

// What the hub does beside passing itself on: it looks at timers and descriptors,
// which wake threads.

// hubPollTicks is after how many passes timers and descriptors are looked
// at, so that threads that keep each other ready cannot starve them. The Go
// scheduler uses 61 for a similar purpose (findRunnable).
const hubPollTicks = 31

// hubPoll polls the network if nobody has for 100 µs and nobody waits in the
// poller, and runs the timers that are due on any P: the native scheduler would
// do so only with nothing else to run, or once another OS thread gets to it.
func hubPoll() {
	now := nanotime()
	if last := sched.lastpoll.Load(); last != 0 && now-last > 100_000 && netpollinited() && netpollAnyWaiters() &&
		sched.lastpoll.CompareAndSwap(last, now) {
		list, delta := netpoll(0)
		injectglist(&list)
		netpollAdjustWaiters(delta)
	}
	for _, pp := range allp {
		if when := pp.timers.wakeTime(); when != 0 && when <= now {
			pp.timers.check(now, nil)
		}
	}
}
