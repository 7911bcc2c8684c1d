//go:build greenify_hub

package runtime

// What wakes threads but other threads: timers and descriptors. The hub looks at them
// from time to time, and has nothing else left when no thread is ready.

// hubIdle is called when no thread is ready and none owns the hub. It runs the
// native scheduler, which waits for timers, descriptors and native goroutines, or finds
// that there are none (hubDeadlock). It runs on g0 and does not return.
func hubIdle() { schedule() }

// hubPollTicks is after how many passes timers and descriptors are looked
// at, so that threads that keep each other ready cannot starve them. The Go
// scheduler uses 61 for a similar purpose (findRunnable).
const hubPollTicks = 31

// hubPoll polls the network if nobody has for 100 µs and nobody waits in the
// poller, and runs the timers that are due on any P: the native scheduler would
// do so only with nothing else to run, or once another OS thread gets to it.
func hubPoll() {
	now := hubNanotime()
	if last := sched.lastpoll.Load(); last != 0 && now-last > 100_000 && netpollinited() && netpollAnyWaiters() &&
		sched.lastpoll.CompareAndSwap(last, now) {
		list, delta := netpoll(0)
		injectglist(&list)
		netpollAdjustWaiters(delta)
	}
	hubTimers(now)
}
