//go:build greenify_hub

package runtime

// Native work: a green thread leaves the hub, does something that would block
// it as a native goroutine, and comes back. Goroutines of the runtime do the
// reverse, with the same two functions, to run code of the program.
//
// Four ways lead out. Code that knows it will block calls hubLeave and
// hubEnter around the work; if it is of a bounded kind, by the offload pool
// (pool.go). C functions of database drivers that may wait give the hub away at
// entry (cgo.go). A system call that is made in order to wait gives its P away at
// entry, and the hub with it (entersyscallblock: signals, and by number, syscall/waits.go).
// Any other system or cgo call is expected to be
// short and keeps the hub; if it is not, sysmon takes the hub away after
// rescueDelay, so that no call that Go can leave running stalls everyone; what is
// rescued twice in one place leaves at once the third time (site.go).

// hubDetach takes the hub from the current g and lets the next thread run on
// this P once it is free. It runs on g0.
func hubDetach() {
	mp := getg().m
	mp.curg.hub.owner = false
	mp.curg.hub.busy = false
	hubSiteLeft(mp.curg)
	hub.yields++
	hubRaceRelease(mp.curg)
	if hubTracing {
		hubTraceTo(mp.curg, traceNative)
	}
	hubSimFill() // who leaves may be the last that anybody waits for
	if next := hubNext(); next != nil {
		runqput(mp.p.ptr(), next, false)
	}
}

// hubReenter waits for the hub on behalf of a green thread that lost it in a
// system call, or yields if it is late. It runs on g0.
func hubReenter(gp *g) {
	if gp.hub.owner && (gp.hub.hold != 0 || hubStricts != 0) {
		gogo(&gp.sched) // keeps the hub: not here
	}
	trace := traceAcquire()
	if trace.ok() {
		trace.GoSched()
	}
	casgstatus(gp, _Grunning, _Grunnable)
	if trace.ok() {
		traceRelease(trace)
	}
	locked := gp.lockedm != 0 // gp is not ours once it is queued
	dropg()
	if gp.hub.owner {
		hubYield(gp)
	}
	if !hubReady(gp) {
		execute(gp, true)
	}
	if locked {
		stoplockedm()
		execute(gp, false)
	}
	schedule()
}

// hubBack waits for the hub on behalf of a green thread that is back from a system call
// without a P. It needs none to wait: in the scheduler's global queue it would have to
// wait for a P first, and then for the hub, behind all ready threads each time. It runs
// on g0, and returns if the hub was idle: the thread owns it and needs a P.
func hubBack(gp *g) {
	if !gp.hub.green || gp.hub.owner {
		return
	}
	locked := gp.lockedm != 0 // gp is not ours once it is queued
	if !hubReady(gp) {
		return
	}
	if locked {
		stoplockedm()
		execute(gp, false)
	}
	stopm()
	schedule()
}

// hubLeave makes the current green thread a native goroutine until hubEnter.
// It reports whether it did: not for a native goroutine.
//
// It is also how a native goroutine that has entered leaves again.
func hubLeave() bool {
	gp := getg()
	if !gp.hub.owner {
		return false
	}
	hubStrictly()
	hubRealLeaves()
	hubLeft()
	return true
}

// hubLeft makes the owner a native goroutine.
func hubLeft() {
	systemstack(func() {
		gp := getg().m.curg
		hubDetach()
		gp.hub.green = false
		wakep()
	})
}

// hubEnter ends what hubLeave began, with its result: it waits for the hub,
// behind the threads that are ready now.
func hubEnter(left bool) {
	if !left {
		return
	}
	gp := getg()
	gp.hub.quiet = false
	if gp.hub.pool != 0 {
		hubPoolDone(gp)
	}
	gp.hub.green = true
	mcall(hubReenter)
}

// hubBatch is called before each of a batch of finalizers or cleanups. The first enters
// the hub, and the others go on in the same turn, or in another one once the time
// slice is over: to enter for each would let all ready threads run in between.
func hubBatch() {
	gp := getg()
	if !gp.hub.owner {
		hubSimBatch()
		hubEnter(hub.on)
		return
	}
	hubSlice()
}

// hubFinalized is called behind all finalizers that were there. A collection may have found more.
func hubFinalized() {
	lock(&finlock)
	more := finq != nil
	unlock(&finlock)
	if !more {
		hubLeave()
	}
}

// hubRaceJoin is called as the race detector takes the owner for another goroutine from
// now on, as it does for each cleanup.
func hubRaceJoin() {
	if gp := getg(); gp.hub.owner {
		hubRaceAcquire(gp)
	}
}

// hubBatched is called after each cleanup.
func hubBatched() {
	if gp := getg(); gp.hub.owner {
		hubRaceRelease(gp)
	}
}
