//go:build greenify_hub

package runtime

// The hub.
//
// A green thread is a goroutine that runs only while it owns the hub. At any
// moment one green thread owns it: that one executes, or is on its way to a
// processor, or is held in a wait that is not a yield point. All other green
// threads wait for something (parked) or for their turn (ready). There is no
// hub goroutine: the thread that parks picks the next ready one and switches
// to it on the spot, on the same M and P (hubPass).
//
// Every other goroutine is native: the runtime's own, and a green thread that
// has left the hub for a while (leave.go). Where the runtime calls code of the
// program on a goroutine of its own (finalizers, cleanups, callbacks from C
// threads), that goroutine is a green thread for as long as the call lasts.
// Native goroutines run beside the hub, in parallel, as in plain Go. Both kinds
// wait on the same native objects (channel queues, semaphores, timers, poll
// descriptors), so a wake-up crosses the border with no bridge: whoever calls
// goready, the thread lands in the hub's queue (ready.go).
//
// What parks and what does not is decided by the wait reason (groups.go): waits
// a program asked for are yield points, waits inside the runtime (GC assist,
// stop the world) are not, so that an allocation never lets another green
// thread run.
//
// Ways in, one function each:
//
//	hubSpawn    a go statement
//	hubReady    a wake-up: channel, semaphore, timer, poller, native goroutine
//	hubReenter  the end of a system call or of native work
//	hubYield    runtime.Gosched
//
// Ways out:
//
//	hubRelease + hubPass   park
//	hubExit                end of a thread
//	hubDetach              leaving for native work
//	hubRescue              taken away: stuck in a system call
//
// Lock order: hub.lock is a leaf; nothing is locked while it is held, but the trace's
// lock.

// hubOwn makes gp the owner.
//
//go:nowritebarrierrec
func hubOwn(gp *g) {
	gp.hub.owner = true
	hub.holder.set(gp)
	hub.turns++
	if hub.last.ptr() != gp {
		hub.last.set(gp)
		hub.switches++
	}
	if hubTracing {
		hubTraceTo(gp, traceRun)
	}
	hubRaceAcquire(gp)
	hubSimRuns(gp)
}

// hubPass gives the hub to the next ready thread and runs it, or waits for one
// (hubIdle). It runs on g0, owns the hub, has no
// current g, and does not return.
//
// The direct switch is taken only when nothing native waits for this P:
// goroutines in its queues, the garbage collector, a safe point, the tracer.
// Otherwise, and every hubPollTicks passes, the thread takes its turn in the
// P's own queue, behind them, and stays the owner meanwhile; the native
// scheduler looks at timers, finalizers and all else on the way. It looks at the
// global queue once in 61 times while the P's own has something: so if somebody
// waits there, that is where the thread takes its turn.
func hubPass() {
	hubSimFill()
	next := hubNext()
	if next == nil {
		hubIdle()
	}
	mp := getg().m
	pp := mp.p.ptr()
	if mp.lockedg != 0 || next.lockedm != 0 || !runqempty(pp) || !sched.runq.empty() ||
		sched.gcwaiting.Load() || gcBlackenEnabled != 0 || pp.runSafePointFn != 0 ||
		traceEnabled() || traceShuttingDown() || hub.turns%hubPollTicks == 0 {
		if hub.turns%hubPollTicks == 0 {
			hubPoll()
		}
		if sched.runq.empty() {
			runqput(pp, next, false)
		} else {
			lock(&sched.lock)
			globrunqput(next)
			unlock(&sched.lock)
		}
		if mp.lockedg != 0 {
			wakep() // this M stops: another one must take the P's queue
		}
		schedule()
	}
	pp.preempt = false
	execute(next, false)
}
