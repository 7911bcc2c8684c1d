//go:build greenify_hub

package runtime

// The offload pool bounds how many goroutines do native work at once that a
// green thread has offloaded: green.Offload, and calls that wait for a disk
// (-offload=disk). There are no worker goroutines to hand the work to. The
// caller itself becomes native (hubLeave), so panics, Goexit, locks, labels and
// the stack are its own; a worker is the permission to do so.
//
// Work that parks gives its worker back and waits for one again when it is
// readied, as a green thread gives up the hub. So work may wait for work in any
// way that Go's scheduler knows of, however small the pool. A wait in C or in
// the kernel keeps the worker. For that reason calls that may wait for ever, or
// for one another below Go, do not use the pool: waitid, the C resolver, cgo
// drivers (cgo.go), FIFOs.
//
// Lock order: hubPool.lock is a leaf.

const hubPoolDefault = 20 // workers; set by the build

var hubPool struct {
	size int32 // GREENIFY=offload=N
	lock mutex
	// busy counts the goroutines with hub.worker. It exceeds size by those that
	// were about to park and did not.
	busy int32
	q    gQueue // waiting for a worker. Inv: empty while busy < size
}

// hubLeavePool is hubLeave for work of the pool. It returns once there is a
// worker.
func hubLeavePool() bool {
	gp := getg()
	if !gp.hub.owner {
		return false
	}
	hubStrictly() // before it has a worker
	if hubPoolTake(gp) {
		return hubLeave()
	}
	mcall(hubPoolWait)
	return true
}

// hubPoolTake gives gp a worker if one is free.
func hubPoolTake(gp *g) bool {
	lock(&hubPool.lock)
	ok := hubPool.busy < hubPool.size
	if ok {
		hubPool.busy++
		gp.hub.pooled, gp.hub.worker = true, true
	}
	unlock(&hubPool.lock)
	return ok
}

// hubPoolWait makes the owner native, has it wait for a worker and passes the
// hub on.
func hubPoolWait(gp *g) {
	trace := traceAcquire()
	if trace.ok() {
		trace.GoSched()
	}
	casgstatus(gp, _Grunning, _Grunnable)
	if trace.ok() {
		traceRelease(trace)
	}
	dropg()
	gp.hub.green, gp.hub.owner, gp.hub.late = false, false, false
	gp.hub.pooled = true
	hub.yields++
	hubRaceRelease(gp)
	if hubTracing {
		hubTraceTo(gp, traceNative)
	}
	if !hubPoolReady(gp) {
		runqput(getg().m.p.ptr(), gp, false) // a worker became free
		wakep()
	}
	hubPass()
}

// hubPoolReady is hubReady for work of the pool.
func hubPoolReady(gp *g) (queued bool) {
	lock(&hubPool.lock)
	if hubPool.busy < hubPool.size {
		hubPool.busy++
		gp.hub.worker = true
	} else {
		hubPool.q.pushBack(gp)
		queued = true
	}
	unlock(&hubPool.lock)
	return queued
}

// hubPoolPark gives back the worker of a goroutine that is about to park.
func hubPoolPark(gp *g) {
	gp.hub.worker = false
	hubPoolFree()
}

// hubPoolKeep undoes hubPoolPark.
func hubPoolKeep(gp *g) {
	lock(&hubPool.lock)
	hubPool.busy++
	gp.hub.worker = true
	unlock(&hubPool.lock)
}

// hubPoolDone ends the work of gp.
func hubPoolDone(gp *g) {
	gp.hub.pooled, gp.hub.worker = false, false
	systemstack(hubPoolFree)
}

// hubPoolFree passes a worker on to who waits longest. It runs on g0, with a P.
func hubPoolFree() {
	lock(&hubPool.lock)
	hubPool.busy--
	var next *g
	if hubPool.busy < hubPool.size {
		next = hubPool.q.pop()
	}
	if next != nil {
		hubPool.busy++
		next.hub.worker = true
	}
	unlock(&hubPool.lock)
	if next != nil {
		runqput(getg().m.p.ptr(), next, false)
		wakep()
	}
}
