//go:build greenify_hub

package runtime

import "unsafe"

// hubReady makes a runnable green thread that does not own the hub ready, or a
// goroutine that does work of the pool. It
// reports true if the thread is queued. False means that the hub was idle and
// now belongs to the thread: the caller runs it as it would a native one.
//
// Inv: gp is in no queue, and its status is _Grunnable.
func hubReady(gp *g) (queued bool) {
	if gp.hub.pool != 0 {
		return hubPoolReady(gp)
	}
	mp := getg().m
	if hubTracing {
		waker := mp.curg
		if waker != nil && !waker.hub.owner {
			waker = nil
		}
		hubTraceWake(gp, waker)
	}
	if cur := mp.curg; cur != nil && cur.hub.owner {
		// The owner itself runs here, so its queue is ours.
		hub.runq.pushBack(gp)
		return true
	}
	lock(&hub.lock)
	if hub.busy {
		hub.remote.pushBack(gp)
		hub.nremote.Add(1)
		unlock(&hub.lock)
		if sched.sysmonwait.Load() {
			// sysmon sleeps only while every P is idle, so the owner is in
			// a system call. Wake sysmon to rescue the hub (leave.go).
			hubWakeSysmon()
		}
		return true
	}
	hub.busy = true
	hubOwn(gp)
	unlock(&hub.lock)
	hubClock()
	return false
}

// hubSpawn queues a new goroutine if it is to be a green thread. False means
// that the caller starts it natively: it is a native one, or the hub was idle.
func hubSpawn(gp *g) (queued bool) {
	return gp.hub.green && hubReady(gp)
}

// hubAdmit decides at birth what a goroutine is: green, unless it is one of
// the runtime's own or its go statement lies outside the scope of the patch.
// Inv: gp.hub is zero, as it is of a new g and behind hubEnd.
func hubAdmit(gp *g) {
	if parent := getg().m.curg; parent != nil {
		gp.hub.local = parent.hub.local
		if pc := parent.hub.starts; pc != 0 {
			gp.hub.start, parent.hub.starts = pc, 0
		}
	}
	gp.hub.green = hub.on && !getg().hub.child && (hubScope == hubScopeAll || hubInScope(hubStart(gp)))
	if gp.hub.green {
		gp.hub.ran = true
		hub.spawned.Add(1)
		if n := hub.alive.Add(1); n > hub.peak.Load() {
			hub.peak.Store(n) // a lost race costs one in a statistic
		}
	}
}

// hubStart returns where a goroutine was started: behind the go statement, or the call
// of the function that has it.
func hubStart(gp *g) uintptr {
	if gp.hub.start != 0 {
		return gp.hub.start
	}
	return gp.gopc
}

// hubStartHere says that the thread that the caller's caller starts next is started
// where that was called. fp is the caller's frame.
func hubStartHere(fp uintptr) {
	frame := (*[2]uintptr)(unsafe.Pointer(fp)) // the frame before, and where to return to
	getg().hub.starts = (*[2]uintptr)(unsafe.Pointer(frame[0]))[1]
}

// hubFilter removes from q the green threads that the hub queues; what is left
// is for the native scheduler to run.
func hubFilter(q gQueue) (native gQueue) {
	for !q.empty() {
		gp := q.pop()
		if gp.hub.waits() && hubReady(gp) {
			continue
		}
		native.pushBack(gp)
	}
	return native
}

// hubInject readies a native goroutine of the hub's own, if there is one: for an M
// without a P.
func hubInject(gp *g) {
	if gp != nil {
		var list gList
		list.push(gp)
		injectglist(&list)
	}
}

func hubWakeSysmon() {
	lock(&sched.lock)
	if sched.sysmonwait.Load() {
		sched.sysmonwait.Store(false)
		notewakeup(&sched.sysmonnote)
	}
	unlock(&sched.lock)
}
