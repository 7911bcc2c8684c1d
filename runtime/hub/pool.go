//go:build greenify_hub

package runtime

import "unsafe"

// An offload pool bounds how many goroutines do native work at once that a green
// thread has offloaded. hubPool is that of green.Offload and of calls that wait for
// a disk (-offload=disk); green.OffloadPools are the program's own. There are no
// worker goroutines to hand the work to. The caller itself becomes native
// (hubLeave), so panics, Goexit, locks, labels and the stack are its own; a worker
// is the permission to do so.
//
// Work that parks gives its worker back and waits for one again when it is
// readied, as a green thread gives up the hub. So work may wait for work in any
// way that Go's scheduler knows of, however small the pool. A wait in C or in
// the kernel keeps the worker. For that reason calls that may wait for ever, or
// for one another below Go, do not use the pool: waitid, the C resolver, cgo
// drivers (cgo.go), FIFOs.
//
// Lock order: the lock of a pool is a leaf.

type hubWorkers struct {
	size int32
	lock mutex
	// busy counts the goroutines with hub.worker. It exceeds size by those that
	// were about to park and did not.
	busy int32
	q    gQueue // waiting for a worker. Inv: empty while busy < size
}

var hubPool hubWorkers // its size is GREENIFY=offload=N

// A hubPoolPtr is a *hubWorkers without write barriers, as guintptr. The caller of
// hubWork keeps the pool alive.
type hubPoolPtr uintptr

func (p hubPoolPtr) ptr() *hubWorkers   { return (*hubWorkers)(unsafe.Pointer(p)) }
func (p *hubPoolPtr) set(w *hubWorkers) { *p = hubPoolPtr(unsafe.Pointer(w)) }

// hubLeavePool is hubLeave for work of a pool. It returns once there is a worker.
func hubLeavePool(w *hubWorkers) bool {
	gp := getg()
	if !gp.hub.owner {
		return false
	}
	hubStrictly() // before it has a worker
	if hubPoolTake(gp, w) {
		return hubLeave()
	}
	gp.hub.pool.set(w)
	mcall(hubPoolWait)
	return true
}

// hubWork is hubLeavePool for native goroutines too, which return with a worker. If
// one does work of another pool already, it gives that worker back.
func hubWork(w *hubWorkers) (before hubPoolPtr, left bool) {
	gp := getg()
	if gp.hub.owner {
		return 0, hubLeavePool(w)
	}
	if before = gp.hub.pool; before.ptr() != w {
		if before != 0 {
			hubPoolDone(gp)
		}
		hubPoolJoin(w)
	}
	return before, false
}

// hubRest ends what hubWork began if that did not leave the hub.
func hubRest(w *hubWorkers, before hubPoolPtr) {
	if before.ptr() == w {
		return
	}
	if gp := getg(); gp.hub.pool != 0 { // else it has given up
		hubPoolDone(gp)
	}
	if before != 0 {
		hubPoolJoin(before.ptr())
	}
}

// hubPoolJoin waits for a worker, in a native goroutine.
func hubPoolJoin(w *hubWorkers) {
	if gp := getg(); !hubPoolTake(gp, w) {
		gp.hub.pool.set(w)
		mcall(hubPoolQueue)
	}
}

// hubPoolTake gives gp a worker if one is free.
func hubPoolTake(gp *g, w *hubWorkers) bool {
	lock(&w.lock)
	ok := w.busy < w.size
	if ok {
		w.busy++
		gp.hub.worker = true
		gp.hub.pool.set(w)
	}
	unlock(&w.lock)
	return ok
}

// hubPoolWait makes the owner native, has it wait for a worker and passes the
// hub on.
func hubPoolWait(gp *g) {
	gp.hub.green, gp.hub.owner, gp.hub.busy = false, false, false
	hub.yields++
	hubRaceRelease(gp)
	if hubTracing {
		hubTraceTo(gp, traceNative)
	}
	hubPoolStop(gp)
	hubPass()
}

// hubPoolQueue has a native goroutine wait for a worker.
func hubPoolQueue(gp *g) {
	hubPoolStop(gp)
	schedule()
}

// hubPoolStop makes gp, which has called mcall, runnable once there is a worker.
func hubPoolStop(gp *g) {
	trace := traceAcquire()
	if trace.ok() {
		trace.GoSched()
	}
	casgstatus(gp, _Grunning, _Grunnable)
	if trace.ok() {
		traceRelease(trace)
	}
	dropg()
	if !hubPoolReady(gp) {
		runqput(getg().m.p.ptr(), gp, false) // a worker became free
		wakep()
	}
}

// hubPoolGiveUp ends the wait of gp for its first worker of w, if it waits for one: it
// goes on as a native goroutine that does no work. It reports whether gp stood in line.
// The caller sees to it that gp cannot have begun to wait for another worker meanwhile.
func hubPoolGiveUp(w *hubWorkers, gp *g) (found bool) {
	var others gQueue
	lock(&w.lock)
	for !w.q.empty() {
		if next := w.q.pop(); next == gp {
			found = true
		} else {
			others.pushBack(next)
		}
	}
	w.q = others
	unlock(&w.lock)
	if found {
		gp.hub.pool = 0
		systemstack(func() {
			runqput(getg().m.p.ptr(), gp, false)
			wakep()
		})
	}
	return found
}

// hubPoolReady is hubReady for work of a pool.
func hubPoolReady(gp *g) (queued bool) {
	w := gp.hub.pool.ptr()
	lock(&w.lock)
	if w.busy < w.size {
		w.busy++
		gp.hub.worker = true
	} else {
		w.q.pushBack(gp)
		queued = true
	}
	unlock(&w.lock)
	return queued
}

// hubPoolPark gives back the worker of a goroutine that is about to park.
func hubPoolPark(gp *g) {
	gp.hub.worker = false
	hubPoolFree(gp.hub.pool.ptr())
}

// hubPoolKeep undoes hubPoolPark.
func hubPoolKeep(gp *g) {
	w := gp.hub.pool.ptr()
	lock(&w.lock)
	w.busy++
	gp.hub.worker = true
	unlock(&w.lock)
}

// hubPoolDone ends the work of gp.
func hubPoolDone(gp *g) {
	w := gp.hub.pool.ptr()
	gp.hub.pool, gp.hub.worker = 0, false
	systemstack(func() { hubPoolFree(w) })
}

// hubPoolFree passes a worker on to who waits longest. It runs on g0, with a P.
func hubPoolFree(w *hubWorkers) {
	lock(&w.lock)
	w.busy--
	var next *g
	if w.busy < w.size {
		next = w.q.pop()
	}
	if next != nil {
		w.busy++
		next.hub.worker = true
	}
	unlock(&w.lock)
	if next != nil {
		runqput(getg().m.p.ptr(), next, false)
		wakep()
	}
}
