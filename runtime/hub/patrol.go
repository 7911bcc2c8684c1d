//go:build greenify_hub

package runtime

import "internal/runtime/atomic"

// The patrol: GREENIFY=deadlock=5s reports threads that nobody can wake while others run,
// or while all are asleep in a program that cannot be told to be dead, because C is
// linked into it. What counts is the collector's proof (deadlock.go), so of what a global
// variable refers to only circles of locks are reported, if each thread has waited for
// longer than the period: exactly in a build with -locks, else as what they are, a
// suspicion.
//
// sysmon looks, once in a period, whether a thread has waited for longer than that and
// whether anything has run since the last time; only then a goroutine of the runtime
// asks the collector. That is a collection of the whole heap. It rests a hundred times
// as long as that took, so it costs one processor in a hundred at most. While nothing
// happens nothing is looked at, and sysmon sleeps.
var hubPatrol = hubPatrolState{period: -1}

type hubPatrolState struct {
	period int64        // nanoseconds; 0: none; -1: no setting
	next   atomic.Int64 // when sysmon looks

	// Owned by sysmon.
	turns uint32 // of the hub, when it last looked
	quiet bool   // all that waited then had been asked about

	proving atomic.Bool // the collector is being asked

	lock  mutex
	asked bool     // guarded by lock
	serve guintptr // the goroutine, parked; likewise
	text  []byte
}

// hubPatrolRound is called by sysmon at each round.
func hubPatrolRound(now int64) {
	p := &hubPatrol
	if p.period <= 0 || now < p.next.Load() || p.proving.Load() {
		return
	}
	p.next.Store(now + p.period)
	turns := hub.turns
	if p.quiet && turns == p.turns {
		return
	}
	ticks, limit := hubClock(), uint32(min(p.period/1e6, 1<<31))
	old, fresh, young := 0, 0, 0
	forEachGRace(func(gp *g) {
		switch {
		case !hubCanLeak(gp):
		case ticks-gp.hub.since < limit:
			young++
		default:
			old++
			if !gp.hub.report.seen.looked {
				gp.hub.report.seen.looked = true
				fresh++
			}
		}
	})
	ask := old > 0 && (fresh > 0 || turns != p.turns)
	p.turns, p.quiet = turns, young == 0
	if ask {
		p.proving.Store(true)
		lock(&p.lock)
		p.asked = true
		gp := p.serve.ptr()
		p.serve = 0
		unlock(&p.lock)
		incidlelocked(-1) // as where sysmon polls the network
		hubInject(gp)
		incidlelocked(1)
	}
}

// hubNap shortens sysmon's deep sleep if there is something to look at.
func hubNap(sleep int64) int64 {
	p := &hubPatrol
	if p.period <= 0 || p.quiet && p.turns == hub.turns {
		return sleep
	}
	return min(sleep, max(p.next.Load()-nanotime(), 1e6))
}

// hubCanLeak reports whether the collector could find that nobody can wake a thread.
func hubCanLeak(gp *g) bool {
	if !gp.hub.green || gp.hub.kill.handle || hubTold(gp) || readgstatus(gp) != _Gwaiting {
		return false
	}
	switch gp.waitreason {
	case waitReasonChanReceive, waitReasonChanSend, waitReasonSelect, waitReasonChanReceiveNilChan, waitReasonChanSendNilChan,
		waitReasonSyncCondWait, waitReasonSyncWaitGroupWait,
		waitReasonSyncMutexLock, waitReasonSyncRWMutexLock, waitReasonSyncRWMutexRLock:
		return !hubForever(gp)
	}
	return false
}

// hubTold reports whether the patrol has reported the wait that gp is in.
func hubTold(gp *g) bool { return gp.hub.report.seen.told }

// hubPatrolSuspects reports whether the patrol may suspect gp: it has waited for longer
// than the period, and the program will not kill it.
func hubPatrolSuspects(gp *g) bool {
	return hubCanLeak(gp) && hubClock()-gp.hub.since >= uint32(min(hubPatrol.period/1e6, 1<<31))
}

// hubForever reports whether a thread waits for ever because its program says so: select
// without a case, and main's receive from a nil channel.
func hubForever(gp *g) bool {
	return gp.waitreason == waitReasonSelectNoCases || gp.goid == 1 && gp.waitreason == waitReasonChanReceiveNilChan
}

// hubMayWake is asked by the collector about a thread that waits for what it cannot
// reach. The program may kill a thread that it has a Handle of, and a timeout does.
func hubMayWake(gp *g) bool { return gp.hub.kill.handle && hubPatrol.proving.Load() }

// hubPatrolServe is the goroutine.
func hubPatrolServe() {
	p := &hubPatrol
	for {
		lock(&p.lock)
		if !p.asked {
			p.serve.set(getg())
			goparkunlock(&p.lock, waitReasonForceGCIdle, traceBlockSystemGoroutine, 1)
			continue
		}
		p.asked = false
		unlock(&p.lock)
		begin := nanotime()
		// A program that has turned the collector off relies on that.
		if gcController.gcPercent.Load() >= 0 {
			if p.text == nil {
				p.text = make([]byte, 64<<10)
			}
			_, n := hubDeadlocks(nil, p.text, hubPatrolled)
			print(string(p.text[:n]))
		}
		end := nanotime()
		p.next.Store(end + max(p.period, 100*(end-begin)))
		p.proving.Store(false)
	}
}
