//go:build greenify_hub && greenify_sim

package runtime

import (
	"internal/runtime/atomic"
	"internal/stringslite"
	"unsafe"
)

// The simulation: a build with -sim leaves nothing to chance. One seed decides which
// thread runs (sim_strategy.go) at the points where another one may (sim_point.go), what
// is drawn (sim_draw.go) and what time it is (sim_clock.go). The same seed is the same
// run, to the last step.
//
// A schedule is one run of one test, or the program. A driver thread begins it and
// parks until it is over: until nothing can happen any more, which is exact, for the
// hub knows all threads, timers and descriptors (hubSimFill). What is left then, and was
// not there at the beginning, is stuck or waits for ever.
//
// With GREENIFY=off the program is plain (hubSim.clock is 0).
//
// Outside of schedules (the initialization of packages, TestMain) the clock is the same,
// and the order first in, first out.

const hubSimulated = true

// hubSim is the simulation. Who owns the hub owns it.
var hubSim struct {
	on       bool // a schedule runs
	seed     uint64
	strategy hubStrategy
	points   hubPoints
	early    int64 // how many nanoseconds before its time a timer may be chosen
	rng      uint64

	steps  uint64 // choices of a thread
	max    uint64 // steps that a schedule may take
	until  int64  // time at which it ends
	forced uint32 // the place in the queue, and 1, of the thread that a point has chosen; 0: none
	stall  uint32 // steps of one thread since anything else happened
	spins  uint32 // operations of sync/atomic likewise, that were no points
	last   uint64 // whose
	still  uint32 // steps since the time went on
	hash   uint64 // of all choices
	tail   uint64 // the step at which a replay is drawn anew, by the number in draw, or a variation goes another way; 0: none
	draw   uint64
	stop   uint64 // the step at which a debugger has the program; 0: none

	clock   int64    // what nanotime returns; 0: the real one
	wall    int64    // how much later than others the schedule begins, by time.Now
	timers  muintptr // who runs those that are due
	fires   uint32   // of which schedule the timer is that fires, and 1; 0: none does
	late    atomic.Uint32
	turns   uint32 // of sysmon
	idle    int64  // likewise: since when the hub is
	reads   uint32 // times that the clock was read in this step
	draws   uint64 // outside of threads
	names   uint64 // likewise
	jitter  int64
	births  uint32 // threads started by timers
	tickets uint64

	procs int // what GOMAXPROCS was set to; 0: nothing

	epoch   uint32        // which schedule
	heap    uint64        // bytes at which the next schedule begins with a collection
	base    uint64        // bytes that the first of these has left
	alive   int64         // threads before the first test
	cycles  uint32        // collections before the last schedule
	asks    atomic.Int32  // threads that wait for a goroutine of the runtime (hubSimAsks)
	polls   atomic.Uint32 // the owner waits for descriptors
	driver  guintptr
	verdict hubVerdict
	label   string // what to call the schedule
	told    bool   // it was said that the process ends in it
	ended   bool   // what the schedule runs has ended; the rest may come to rest

	change  [hubSimChanges]uint64 // steps at which a strategy intervenes
	changes int
	low     uint64 // the next lowest priority
	body    bool   // the test function has begun
	first   bool   // this is the first schedule of a test
	begun   uint64 // the step before the test function
	length  uint64 // how many steps that took in the first schedule; 0: not known
	passed  uint64 // operations of sync/atomic that were no points
	atomics uint64 // how many of these there were in the test function, in the first schedule

	killed int64         // until when a signal may come that a thread has sent, by the real clock; 0: none
	vain   atomic.Uint32 // 1: child processes were waited for in this test, and nothing came
}

// rescueDelay is how long, in nanoseconds, one system or cgo call may keep the hub while
// other threads are ready. What is rescued comes back when it likes, and a machine that
// is busy makes any call slow.
const rescueDelay = 1e9

// hubVerdict is how a schedule ended.
type hubVerdict uint8

const (
	hubVerdictRest hubVerdict = iota // nothing can happen any more
	hubVerdictLong                   // it took too many steps, or too much time
	hubVerdictReal                   // -strict-sim has ended it
)

// hubSimThread is what each thread is to the simulation.
type hubSimThread struct {
	id       uint64 // by descent: of the parent's, and how many children that had
	children uint32
	draws    uint32
	names    uint32 // of objects
	choices  uint32 // while it was the one that ran last
	ran      uint64 // the step in which it got the hub last
	accesses uint32 // to memory, that could have been points
	priority uint64
	object   uintptr // what its next operation is on
	surw     hubSURWThread
	epoch    uint32 // the schedule in which it was born; 0: outside
	frozen   bool   // that is over: it never runs again
	ours     bool   // hubSimOurs
}

// hubSimInit is called as the program starts.
func hubSimInit() {
	s := &hubSim
	s.clock = hubSimStart
	runtimeInitTime = s.clock - 1
	sched.lastpoll.Store(s.clock)
	getg().hub.sim.id = 1
	hubSelfInit()
	// One P: what goes on beside the hub takes turns with it, and each timer is in one heap.
	lock(&sched.lock)
	sched.customGOMAXPROCS = true
	unlock(&sched.lock)
	if gomaxprocs != 1 {
		stw := stopTheWorldGC(stwGOMAXPROCS)
		newprocs = 1
		startTheWorldGC(stw)
	}
	hubSimCollectInit()
}

// hubSimBorn names a thread: by descent, for the number of a goroutine depends on what
// the program did before.
func hubSimBorn(gp, parent *g) {
	t := &gp.hub.sim
	*t = hubSimThread{}
	if parent != nil && parent.hub.ran {
		parent.hub.sim.children++
		t.id = hubMix(parent.hub.sim.id + uint64(parent.hub.sim.children)*0x9e3779b97f4a7c15)
	} else {
		hubSim.births++
		t.id = hubMix(uint64(hubSim.births))
	}
	switch {
	case hubSim.fires != 0: // AfterFunc starts it
		t.epoch = hubSim.fires - 1
	case hubSim.on:
		t.epoch = hubSim.epoch
	}
	hubSimList(gp)
	t.priority = hubSimPriority(hubMix(hubSim.seed ^ t.id))
	hubSURWBorn(t, parent)
}

// hubSimCounts counts a step: a thread gets the hub, or comes to a point. If many have taken
// no time, it takes so much: threads that keep each other busy wait for the time, too.
func hubSimCounts(time int64) {
	s := &hubSim
	s.reads = 0
	s.steps++
	s.stall++
	if s.still++; s.still > hubSimStill && s.on {
		s.clock += time
	}
	switch {
	case s.steps != s.tail:
	case hubSimVaried.n != 0:
		hubSimVary()
	default:
		hubSimTail()
	}
}

// hubSimRuns is called as a thread gets the hub.
func hubSimRuns(gp *g) {
	s := &hubSim
	hubSimList(gp)
	s.hash = hubMix(s.hash ^ gp.hub.sim.id)
	hubSimCounts(hubSimStep)
	gp.hub.sim.ran = s.steps
	if s.last != gp.hub.sim.id {
		hubSimLogRuns(gp)
		s.last, s.stall, s.spins = gp.hub.sim.id, 0, 0
	}
}

// hubSimBegin begins a schedule. The calling thread is its driver.
func hubSimBegin(seed uint64, strategy hubStrategy, points hubPoints, early int64, most uint64, until int64) {
	s := &hubSim
	hubSimPrepare(s.first)
	hubSimStopTimers()
	s.epoch++
	hubSimRelist()
	s.seed, s.strategy, s.points, s.early = seed, strategy, points, early
	s.rng = hubMix(seed)
	s.wall = int64(hubMix(seed^0x9e3779b97f4a7c15) % hubSimSpread)
	s.steps, s.max, s.forced, s.stall, s.spins, s.still, s.last, s.hash = 0, most, 0, 0, 0, 0, 0, 0
	s.reads, s.draws, s.names, s.jitter, s.births, s.tickets = 0, 0, 0, 0, 0, 0
	s.verdict, s.ended = hubVerdictRest, false
	hubReal.refused.Store(0)
	s.killed = 0
	hubChild.asked = 0
	hubSimLogBegin()
	hubSimRaceBegin()
	if hubSimNextTimer() == 0 {
		s.clock = hubSimStart
	}
	hubClock()
	s.until = s.clock + until
	s.low = hubSimLowest
	s.body, s.begun = false, 0
	hubSimPlan(0)
	hubSURWBegin()
	// Nothing of the driver, nor of what pools hold, is from the schedules before: a seed is
	// the same schedule whatever they were.
	getg().hub.sim = hubSimThread{id: hubSimDriverID, priority: hubSimPriority(hubMix(seed ^ hubSimDriverID))}
	if poolcleanup != nil {
		poolcleanup() // to where the next call finds it
		poolcleanup()
	}
	s.on = true
}

// hubSimDriverID names the driver.
const hubSimDriverID = 2

// hubSimThis reports whether a thread was born in this schedule, or the last one.
func hubSimThis(gp *g) bool { return gp.hub.sim.epoch == hubSim.epoch }

// hubSimWait waits until the schedule is over. It returns the verdict, the steps and the
// hash of all choices.
func hubSimWait() (verdict hubVerdict, steps, hash uint64) {
	s := &hubSim
	s.driver.set(getg())
	// Not for a reason that the search for leaks asks about (g.internalBlocked): it would take the
	// driver, which nothing of the program can wake, for leaked, and until it has said who else
	// is, hubSimOver would wait for its state for ever (casgstatus).
	gopark(nil, nil, waitReasonSleep, traceBlockForever, 1)
	hubSimOurs(false)
	hubSimRaceOver()
	return s.verdict, s.steps, s.hash
}

// hubSimOurs says whether the calling goroutine belongs to the simulation from now on. A plain
// test has no such goroutine, so a search for leaks does not see it (isSystemGoroutine).
func hubSimOurs(ours bool) {
	getg().hub.sim.ours = ours
	if ours {
		sched.ngsys.Add(1)
	} else {
		sched.ngsys.Add(-1)
	}
}

// hubSimEnd says that what the schedule runs has ended. What it left may come to rest.
func hubSimEnd() {
	s := &hubSim
	s.ended = true
	s.max = s.steps + hubSimRestSteps
	s.until = min(s.until, s.clock+hubSimRestTime)
}

const (
	hubSimRestSteps = 10_000
	hubSimRestTime  = 60e9
)

// hubSimFill finds who can run: called before the next thread is chosen, by the owner of
// the hub, on g0.
func hubSimFill() {
	s := &hubSim
	if getg().m.p == 0 {
		return // sysmon
	}
	for {
		if hub.nremote.Load() != 0 {
			hubDrain()
		}
		if real := hubReal.refused.Load() != 0; s.on && (real || s.steps > s.max || s.clock > s.until) {
			if real {
				s.verdict = hubVerdictReal
			} else if !s.ended {
				s.verdict = hubVerdictLong
			}
			hubSimFreeze()
			hubSimOver()
			return
		}
		if !hub.runq.empty() {
			if hubChildAsks() {
				continue
			}
			if !s.on || !hubSimEarly() {
				return
			}
			if !hubSimJump() {
				return
			}
			continue
		}
		if hubSimNative() {
			return
		}
		if hubSimSignalled() || hubSimPoll() || hubSimJump() {
			continue
		}
		if s.on {
			hubSimOver()
		}
		return
	}
}

// hubSimFreeze ends the threads of a schedule that did not come to rest: those that are
// ready would run on in the next one, and what they wait for may come.
func hubSimFreeze() {
	hubSimEach(func(gp *g) {
		if gp.hub.ran && hubSimThis(gp) && !hubSimOfSignals(gp) {
			gp.hub.sim.frozen = true
		}
	})
	var others gQueue
	for !hub.runq.empty() {
		if gp := hub.runq.pop(); !hubSimFrozen(gp) {
			others.pushBack(gp)
		}
	}
	hub.runq = others
}

// hubSimFrozen reports whether a runnable thread is frozen. That it waits is the simulation's
// doing, so the collector takes it for a thread that may run.
func hubSimFrozen(gp *g) bool {
	if !gp.hub.sim.frozen {
		return false
	}
	gp.waitreason = waitReasonPreempted
	casgstatus(gp, _Grunnable, _Gwaiting)
	return true
}

// hubSimOver gives the hub to the driver.
func hubSimOver() {
	s := &hubSim
	gp := s.driver.ptr()
	if gp == nil {
		// A program. If it cannot go on, checkdead says so.
		switch s.verdict {
		case hubVerdictLong:
			hubSimLong()
		case hubVerdictReal:
			print("greenify: -strict-sim refuses: ")
			gwrite(hubRealItem(&hubReal.places[hubReal.refused.Load()-1], hubRealTexts[0][:]))
			print(", in the schedule of seed ", hubSimLog.seed, ", which is run again by\n\t", hubSimMain.again) // the choices say nothing of it
			exit(2)
		}
		return
	}
	s.driver = 0
	s.on = false
	casgstatus(gp, _Gwaiting, _Grunnable)
	hub.runq.pushBack(gp)
	s.forced = uint32(hub.runq.size)
}

// hubSimAsks says that a thread waits for a goroutine of the runtime, which answers at once, from
// now on or no more.
func hubSimAsks(n int32) { hubSim.asks.Add(n) }

// hubSimNative reports whether threads have left the hub, and may come back to it: the
// native scheduler waits for them.
func hubSimNative() bool {
	if hubSim.asks.Load() != 0 {
		return true
	}
	away := false
	hubSimEach(func(gp *g) {
		switch readgstatus(gp) &^ _Gscan {
		case _Grunning, _Grunnable, _Gsyscall:
			away = away || gp.hub.ran && !hubSimSignals(gp) && !hubSimProfiles(gp)
		}
	})
	return away
}

// hubSimPosted is called when somebody has left a thread for the owner, which may wait for
// descriptors: sysmon, say, was there first, and has taken the event.
func hubSimPosted() {
	if hubSim.polls.Load() != 0 {
		netpollBreak()
	}
}

// hubSimPoll waits for descriptors of the kernel, if a thread waits for one. It reports
// whether one has become ready.
func hubSimPoll() bool {
	s := &hubSim
	if !netpollinited() || !netpollAnyWaiters() {
		return false
	}
	kin := hubChildRest()
	if hubChildTakes(0) {
		return true
	}
	timers := hubSimNextTimer() != 0
	patience := int64(hubSimNet)
	switch {
	case kin == hubKinRests && uint32(hubChild.waits.Load()) >= netpollWaiters.Load():
		return false // all wait for children, and these for them
	case s.driver == 0 && !timers && kin <= hubKinRests:
		return false // nobody is to be told when nothing comes: the native scheduler waits
	case s.vain.Load() == 0 && (!s.ended && !timers || kin > hubKinRests || kin == hubKinNone && hubSimChildren()):
		patience = hubSimChild
	case s.ended:
		patience = hubSimLeftOver
	}
	// netpoll comes back early, and with nothing, when a signal arrives, as of a child that
	// has ended (netpoll_epoll.go, _EINTR), and when another thread breaks it off.
	came := false
	for left, end := patience, nanotime1()+patience; left > 0 && !came && hub.nremote.Load() == 0; left = end - nanotime1() {
		came = hubChildTakes(min(left, hubSimLook))
		if kin > hubKinRests && !came && hubChildRest() <= hubKinRests {
			return hubChildTakes(0) // they may have said something before that
		}
	}
	if came || hub.nremote.Load() != 0 {
		return true
	}
	if patience == hubSimChild {
		s.vain.Store(1) // a child that runs for ever, as a server, costs this once for each test
	}
	return false
}

// How long the kernel's descriptors have, in real nanoseconds, before the time jumps or
// the schedule is over.
const (
	hubSimNet      = 20e6
	hubSimLeftOver = 2e6  // behind the end of a test, whose servers may be left
	hubSimChild    = 10e9 // while child processes are not at rest, or no timer is set
	hubSimLook     = 50e6 // between two looks at these
)

// hubSimChildren reports whether the process has children.
func hubSimChildren() bool {
	const (
		all   = 0                 // P_ALL
		flags = 4 | 1 | 0x1000000 // WEXITED, WNOHANG, WNOWAIT: it is not taken from who waits for it
	)
	var info [16]uint64 // siginfo_t
	_, errno := hubCall(sysWaitid, all, 0, uintptr(unsafe.Pointer(&info)), flags)
	return errno == 0
}

// hubSimOfSignals reports whether gp is os/signal's. It is of no schedule: the first that
// wants signals starts it, and later ones wait for it, too.
func hubSimOfSignals(gp *g) bool {
	f := findfunc(gp.startpc)
	return f.valid() && funcname(f) == "os/signal.loop"
}

// hubSimSignals reports whether gp is os/signal's, and waits in the kernel, perhaps for ever.
func hubSimSignals(gp *g) bool {
	return hubSimOfSignals(gp) && sig.state.Load() == sigReceiving
}

// hubSimProfiles reports whether gp writes a profile of the processor, and has left the hub to wait
// for samples, of which there may be none. Once the profile is turned off it comes.
func hubSimProfiles(gp *g) bool {
	f := findfunc(gp.startpc)
	return cpuprof.on && !gp.hub.owner && f.valid() && stringslite.HasPrefix(funcname(f), "runtime/pprof.StartCPUProfile.") &&
		readgstatus(gp)&^_Gscan != _Grunnable
}

// errHubSimTrace is why a schedule starts no execution trace, nor a flight recorder.
var errHubSimTrace = errorString("execution tracing is refused in a schedule of -sim, whose steps go by what its goroutines do: use greenify replay -html")

// hubSimKills is called before a thread sends a signal to its own process, for all that is
// known. Which thread of the kernel's takes it, and when, is not: but it comes, if the program
// wants it.
//
//go:linkname hubSimKills syscall.hubSimKills
//go:nosplit
func hubSimKills(number uintptr) {
	if hubSim.on && number < _NSIG && atomic.Load(&sig.wanted[number/32])>>(number%32)&1 != 0 {
		hubSim.killed = nanotime1() + hubSimSignal
	}
}

// hubSimRaises sends a signal to the calling thread, which has made a simulated call for
// which the kernel would. Of one that the program does not want, it would hear nothing.
//
//go:linkname hubSimRaises syscall.hubSimRaises
func hubSimRaises(number int) {
	if atomic.Load(&sig.wanted[number/32])>>(number%32)&1 != 0 {
		hubSimKills(uintptr(number))
		raise(uint32(number))
	}
}

const hubSimSignal = 1e9

// hubSimSignalled waits for such a signal. It reports whether a thread is ready, or will be.
func hubSimSignalled() bool {
	s := &hubSim
	for end := s.killed; end != 0 && nanotime1() < end; {
		if hub.nremote.Load() != 0 || hubSimNative() {
			return true
		}
		usleep(20)
	}
	s.killed = 0
	return false
}
