//go:build greenify_hub

package runtime

// hubReady makes a runnable green thread that does not own the hub ready, or a
// goroutine that does work of the pool. It
// reports true if the thread is queued. False means that the hub was idle and
// now belongs to the thread: the caller runs it as it would a native one.
//
// Inv: gp is in no queue, and its status is _Grunnable.
func hubReady(gp *g) (queued bool) {
	if hubSimFrozen(gp) {
		return true
	}
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
		hubPut(gp)
		return true
	}
	lock(&hub.lock)
	if hub.busy {
		hubPost(gp)
		unlock(&hub.lock)
		if sched.sysmonwait.Load() {
			// sysmon sleeps only while every P is idle, so the owner is in
			// a system call. Wake sysmon to rescue the hub (sysmon.go).
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
