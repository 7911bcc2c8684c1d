//go:build greenify_hub

package runtime

import (
	"internal/runtime/atomic"
	"unsafe"
)

// The watchdog. A thread that computes for long keeps the hub from all that are
// ready. sysmon, which has neither a P nor part in the hub, looks at each of its
// rounds, every 10 ms while a thread computes, whether the hub has changed hands.
// What it counts is the time in which one turn of a thread goes on, the thread runs,
// by the clock of its OS thread (turn.go), and others are ready: a collection that
// stops the world, a thread that waits for a processor and an idle hub do not count.
// Calls that block cannot keep the hub: sysmon takes it from them (sysmon.go).
//
// When the limit is passed, sysmon sends the thread the preemption signal, and
// the handler takes the stack where the signal found it, as the CPU profiler
// does (sigprof). The next round prints it.
var hubBlock = hubBlockState{limit: -1}

type hubBlockState struct {
	limit int64        // nanoseconds; 0: none; -1: no setting, hubBlockedDefault
	all   atomic.Int32 // not 0: count also while nobody is ready (MustNotBlock)

	// Owned by sysmon.
	held     int64 // how long the turn has lasted, as it is counted
	state    int8  // blockQuiet, ...
	event    hubBlocked
	tries    int   // signals sent
	shown    int64 // when the last report was printed
	hidden   int   // reports not printed since
	reported bool  // the event was printed

	want atomic.Uintptr // the g whose stack is asked for

	rounds atomic.Uint64
	found  atomic.Uint64 // events queued

	// The queue for hubNextBlocked.
	lock   mutex
	queue  [16]hubBlocked
	first  int
	length int
	waiter guintptr
}

// hubBlockedDefault is the limit unless GREENIFY has another (greenify_table.go).
var hubBlockedDefault int64

// hubTest is called by package testing before the tests run.
//
//go:linkname hubTest
func hubTest() {
	hubBusyDefault = hubUnset("busy", true)
	if hubSimulated {
		return // what watches by the real clock says nothing of a schedule
	}
	if hubSelfStarted() {
		hubFamily.child = true
	} else {
		hubBlockedDefault = hubUnset("blocked", true)
		if hub.on && hubPatrol.period < 0 {
			hubNative(hubPatrolServe)
			hubPatrol.period = hubUnset("deadlock", true)
		}
	}
	if hubMade == 0 {
		hubMade = int8(hubUnset("made", true))
	}
}

const (
	blockQuiet    = iota // within the limit
	blockSampling        // the stack is asked for
	blockFound           // reported
)

// hubBlocked is one event; it has the layout of the public package's record.
type hubBlocked struct {
	id    uint64
	held  int64 // nanoseconds
	ready int   // threads that waited for the hub when the limit was passed
	n     int   // len(pcs)
	pcs   [64]uintptr
}

const (
	blockInterval = 1e9 // between two reports
)

// awaits reports whether the watchdog has a limit up to that, and is about to report.
func (b *hubBlockState) awaits(limit int64) bool {
	own := b.limit
	if own < 0 {
		own = hubBlockedDefault
	}
	return 0 < own && own <= limit && b.state != blockFound
}

// hubWatchdog is called by sysmon at each round, with what hubTurn.look has measured.
func hubWatchdog(step, used, now int64) {
	b := &hubBlock
	limit := b.limit
	if limit < 0 {
		limit = hubBlockedDefault
	}
	defer b.rounds.Add(1)
	gp := hub.holder.ptr()
	if step == 0 || gp == nil || limit == 0 {
		b.end(now)
		b.held = 0
		return
	}
	status := readgstatus(gp) &^ _Gscan
	all := b.all.Load() != 0
	if status != _Grunning && !(all && status == _Gsyscall) || sched.gcwaiting.Load() || !all && !hubWaiting() {
		return
	}
	if step > 0 {
		b.held += used
	}
	if b.held < limit {
		return
	}
	switch b.state {
	case blockQuiet:
		b.state = blockSampling
		b.event.id, b.event.ready, b.event.n = gp.goid, int(hubQueued()), 0
		b.tries = 0
		if status == _Grunning {
			b.ask(gp)
		} else if castogscanstatus(gp, _Gsyscall, _Gscansyscall) {
			b.event.n = len(hubStack(gp, b.event.pcs[:]))
			casfrom_Gscanstatus(gp, _Gscansyscall, _Gsyscall)
		}
	case blockSampling:
		if b.want.Load() != 0 && b.tries < 20 {
			b.ask(gp) // the signal was merged with one already pending, or found no stack
			return
		}
		b.want.Store(0)
		b.report(now)
	}
}

// ask has the handler of the preemption signal take the stack of gp.
func (b *hubBlockState) ask(gp *g) {
	b.tries++
	if mp := gp.m; mp != nil {
		b.want.Store(uintptr(unsafe.Pointer(gp)))
		preemptM(mp)
	}
}

// hubSample is called by the handler of the preemption signal.
//
//go:nowritebarrierrec
func hubSample(gp *g, c *sigctxt) {
	b := &hubBlock
	want := b.want.Load()
	if want == 0 || gp == nil || gp.m == nil || uintptr(unsafe.Pointer(gp.m.curg)) != want || gp.m.ncgo > 0 {
		return
	}
	if sp := c.sigsp(); gp.m.vdsoSP == 0 && (sp < gp.stack.lo || gp.stack.hi <= sp) {
		return // on its way to g0 (nanotime1), where no unwinder finds back: once more
	}
	getg().m.mallocing++ // as in sigprof: trap allocations
	var u unwinder
	if mp := gp.m; mp.vdsoSP != 0 {
		u.initAt(mp.vdsoPC, mp.vdsoSP, 0, gp, unwindSilentErrors|unwindJumpStack)
	} else {
		u.initAt(c.sigpc(), c.sigsp(), c.siglr(), gp, unwindSilentErrors|unwindTrap|unwindJumpStack)
	}
	b.event.n = tracebackPCs(&u, 0, b.event.pcs[:])
	getg().m.mallocing--
	if b.event.n > 1 { // every stack has two frames, but in assembly the unwinder may lose its way
		b.want.Store(0)
	}
}

// report prints the event, at most one a second.
func (b *hubBlockState) report(now int64) {
	b.state = blockFound
	b.reported = false
	if b.all.Load() != 0 {
		return
	}
	if b.shown != 0 && now-b.shown < blockInterval {
		b.hidden++
		return
	}
	b.reported = true
	b.shown = now
	printlock()
	print("greenify: thread ", b.event.id, " has kept the hub for ", b.held/1e6, " ms; ready meanwhile: ", b.event.ready, "; it is in\n")
	hubPrintStack(b.event.pcs[:b.event.n], false)
	printunlock()
}

// end ends the event, if there is one, with its turn.
func (b *hubBlockState) end(now int64) {
	if b.state == blockQuiet {
		return
	}
	b.want.Store(0)
	if b.state == blockSampling { // ended before the report
		b.report(now)
	}
	b.state = blockQuiet
	if b.reported {
		printlock()
		print("greenify: thread ", b.event.id, " kept the hub for ", b.held/1e6, " ms")
		if b.hidden > 0 {
			print("; ", b.hidden, " more such turns were not reported")
			b.hidden = 0
		}
		print("\n")
		printunlock()
	}
	b.event.held = b.held
	lock(&b.lock)
	if b.length < len(b.queue) {
		b.queue[(b.first+b.length)%len(b.queue)] = b.event
		b.length++
		b.found.Add(1)
	}
	gp := b.waiter.ptr()
	b.waiter = 0
	unlock(&b.lock)
	hubInject(gp)
}

// hubNextBlocked waits for the next event. It is for a native goroutine.
func hubNextBlocked(e *hubBlocked) {
	b := &hubBlock
	for {
		lock(&b.lock)
		if b.length > 0 {
			*e = b.queue[b.first]
			b.first = (b.first + 1) % len(b.queue)
			b.length--
			unlock(&b.lock)
			return
		}
		b.waiter.set(getg())
		goparkunlock(&b.lock, waitReasonForceGCIdle, traceBlockSystemGoroutine, 1)
	}
}

// hubWatchAll sets the limit, in nanoseconds, and returns the one from before.
// While all is on, turns count while nobody is ready, too, and are not printed.
func hubWatchAll(limit int64, all bool) (before int64) {
	b := &hubBlock
	before = b.limit
	b.limit = limit
	if all {
		b.all.Add(1)
	} else {
		b.all.Add(-1)
	}
	return before
}
