//go:build greenify_hub

package runtime

// What wall time does to the hub. sysmon, the runtime's own watchman, looks at the
// owner every 20 µs to 10 ms, without a P: it takes the hub from one that is stuck in
// a system call, and says so of one that waits where waits keep the hub. What it does
// about one that computes is in turn.go, busy.go and blocked.go, and its care for
// threads that nobody can wake in patrol.go.

// hubWatch is what sysmon remembers of the owner between two looks.
var hubWatch struct {
	gp    guintptr
	tick  uint32
	since int64
}

// hubRetake is retake, and the hub's own: it rescues the hub from an owner
// that has been in one system call for rescueDelay while others are ready.
// Called by sysmon without a P.
func hubRetake(now int64) uint32 {
	var step, used int64
	if hub.on {
		hubClock()
		step, used = hubTurn.look(now) // before retake preempts
	}
	n := retake(now)
	if hubSettings.stats {
		hubCount()
	}
	if !hub.on {
		return n
	}
	n += hubLookOften()
	hubSimWatch(now)
	hubBusyLook(step, used)
	hubWatchdog(step, used, now)
	hubPatrolRound(now)
	if hubTracing {
		hubTraceFlush(now)
	}
	gp := hub.holder.ptr()
	awaited := hubWaiting() || hubSimAwaited()
	if awaited && gp != nil {
		hubTell(gp)
	}
	if gp == nil || !awaited && gp.hub.kill.state != hubKillMark || readgstatus(gp) != _Gsyscall {
		hubWatch.gp = 0
		return n
	}
	// The scan bit keeps gp in its system call while we look (as in
	// setBlockOnExitSyscall).
	if !castogscanstatus(gp, _Gsyscall, _Gscansyscall) {
		return n
	}
	hubLateInCall(gp)
	var next *g
	if awaited {
		next = hubRescue(gp, now)
	}
	casfrom_Gscanstatus(gp, _Gscansyscall, _Gsyscall)
	if next == nil {
		return n
	}
	mp := acquirem()
	lock(&sched.lock)
	globrunqput(next)
	if pp, _ := pidlegetSpinning(0); pp != nil {
		startm(pp, false, true)
	}
	unlock(&sched.lock)
	releasem(mp)
	return n + 1
}

// hubRescue takes the hub from gp, which is in a system call and cannot leave
// it now, if that call has lasted long enough, and returns the next owner.
func hubRescue(gp *g, now int64) *g {
	mp := gp.m
	if !gp.hub.owner || gp.hub.hold != 0 || hubIsStrict(gp) || mp == nil {
		return nil
	}
	if hubWatch.gp.ptr() != gp || hubWatch.tick != mp.syscalltick {
		hubWatch.gp.set(gp)
		hubWatch.tick = mp.syscalltick
		hubWatch.since = now
		return nil
	}
	limit := int64(rescueDelay)
	if hubSimulated && !hubWaiting() {
		limit = hubSimPatience // nothing else can happen but that the time goes on
	}
	if now-hubWatch.since < limit {
		return nil
	}
	if hubSimulated && (hubTurn.runs(mp.procid) || limit < rescueDelay && hubTurn.state(mp.procid) == 'D') {
		return nil // it comes back by itself, but for what else the machine has to do
	}
	hubWatch.gp = 0
	hubSiteRescued(gp)
	hubRealRescued(gp)
	gp.hub.owner = false
	gp.hub.busy = false
	hubRaceRelease(gp)
	hub.rescued.Add(1)
	if hubTracing {
		hubTraceTo(gp, traceNative)
	}
	return hubNext()
}

// hubKept is what sysmon remembers of an owner that does not yield.
var hubKept struct {
	gp     guintptr
	yields uint64
	from   uint32 // hub ticks (hubNow) when it was first seen
	told   bool
}

// hubTell says once of an owner that it has kept the hub from ready threads for
// hubTellAfter in waits of a group that is not patched. Perhaps one of them would
// end its wait, and nobody else can tell: the detector of deadlocks is silent
// while timers are set or somebody waits for the network. Called by sysmon while
// threads are ready.
func hubTell(gp *g) {
	if hubGroups == hubGroupAll {
		return
	}
	k := &hubKept
	if k.gp.ptr() != gp || k.yields != hub.yields {
		k.gp.set(gp)
		k.yields, k.from, k.told = hub.yields, hubNow.Load(), false
		return
	}
	if k.told || hubNow.Load()-k.from < hubTellAfter || readgstatus(gp) != _Gwaiting {
		return
	}
	if group := hubKeeps(gp); group != "" {
		k.told = true
		print("greenify: thread ", gp.goid, " keeps the hub from ready threads while it waits in ", gp.waitreason.String(),
			": group ", group, " is not patched\n")
	}
}

// hubTellAfter is in milliseconds.
const hubTellAfter = 1000

func hubWakeSysmon() {
	lock(&sched.lock)
	if sched.sysmonwait.Load() {
		sched.sysmonwait.Store(false)
		notewakeup(&sched.sysmonnote)
	}
	unlock(&sched.lock)
}
