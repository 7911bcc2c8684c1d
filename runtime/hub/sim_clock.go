//go:build greenify_hub && greenify_sim

package runtime

import _ "unsafe" // for linkname

// Virtual time. The clock stands still while threads run, and jumps to the next timer
// when none can (hubSimFill). A timer may also be chosen early, while threads are ready:
// else a timeout that races with them is never seen. Only one that is near: who waits a
// second for what takes microseconds is right to be sure of it.

const (
	hubSimStart  = 1e9           // nanotime at the beginning of a schedule
	hubSimEpoch  = 1_768_386_030 // time.Now then: 2026-01-14 10:20:30 UTC, where no hour, day or month begins
	hubSimSpread = 1e6           // nanoseconds by which the starts of schedules differ: programs seed generators by the time
	hubSimReads  = 1000          // times that a thread may read the clock in one step before it runs on
	hubSimTick   = 100_000       // nanoseconds by which it does
	hubSimLate   = 1000          // nanoseconds by which a timer is late: none comes at the instant, on which nobody may rely
	hubSimStall  = 1000          // steps that one thread may take while all others wait: for the time, or in strategy fifo for it
	hubSimTurn   = 10_000        // nanoseconds that one of these steps stands for: who takes more than a timer is away may wait for it
	hubSimTurns  = 50_000        // steps behind which it does, however far that is
	hubSimStill  = 10_000        // steps that may take no time, all in all
	hubSimNever  = 1 << 62       // when no timer is due any more, and sums do not overflow
	hubSimStep   = 1000          // nanoseconds that one takes then, in which a thread gets the hub: a second of work ends, and few tests have a timeout that does not suffice
	hubSimPoint  = 100           // likewise a point
)

// hubSimNanotime is nanotime.
//
//go:nosplit
func hubSimNanotime() int64 {
	if t := hubSim.clock; t != 0 {
		return t
	}
	return nanotime1()
}

// hubReading is what time.Since and time.Until go by. No two readings are the same, as of a
// real clock; and a thread that waits by reading the clock sees it go on.
//
//go:nosplit
func hubReading() int64 {
	s := &hubSim
	if s.clock == 0 {
		return nanotime1()
	}
	if getg().hub.owner {
		s.clock++
		if s.reads++; s.reads > hubSimReads {
			s.clock += hubSimTick
		}
	}
	return s.clock
}

// hubTime is time.Now.
func hubTime() (sec int64, nsec int32, mono int64) {
	s := &hubSim
	if s.clock == 0 {
		return time_now()
	}
	hubReading()
	t := s.clock - hubSimStart + s.wall
	return hubSimEpoch + t/1e9, int32(t % 1e9), s.clock
}

// time_hubNano is the clock for who sets a timer.
//
//go:linkname time_hubNano time.hubNano
func time_hubNano() int64 {
	if b := getg().bubble; b != nil {
		return b.now
	}
	return nanotime()
}

// hubSimNextTimer returns when the next timer is due, 0 if there is none, or none before
// what is never: deadlines as late as can be are set for such.
func hubSimNextTimer() (when int64) {
	for _, pp := range allp {
		if w := pp.timers.wakeTime(); w != 0 && (when == 0 || w < when) {
			when = w
		}
	}
	if when > hubSimNever {
		return 0
	}
	return when
}

// hubSimJump sets the clock to the next timer, and runs those that are due. It reports
// false if there is none.
func hubSimJump() bool {
	s := &hubSim
	when := hubSimNextTimer()
	if when == 0 {
		return false
	}
	hubChildRest()
	if hubSimLog.verbose {
		hubSimShowClock(when)
	}
	s.clock = max(s.clock, when+hubSimLate)
	s.stall, s.still = 0, 0
	hubClock()
	s.timers.set(getg().m)
	hubTimers(s.clock)
	s.timers = 0
	return true
}

// hubSimStopTimers stops the timers that earlier schedules have left, such as tickers that
// nobody stops: they would fire for ever, and in schedules that are not theirs. Those of
// goroutines that are of no schedule, which TestMain has started, say, are the program's.
func hubSimStopTimers() {
	for _, pp := range allp {
		ts := &pp.timers
		for {
			t := hubSimLeftTimer(ts)
			if t == nil {
				break
			}
			t.stop()
		}
		ts.lock()
		ts.adjust(hubSim.clock, true)
		ts.unlock()
	}
}

// hubSimLeftTimer returns one of them.
func hubSimLeftTimer(ts *timers) *timer {
	ts.lock()
	defer ts.unlock()
	for _, tw := range ts.heap {
		t := tw.timer
		if t.astate.Load()&timerZombie != 0 {
			continue
		}
		epoch := t.hubEpoch
		if gp, sleeps := t.arg.(*g); sleeps { // it was set on g0
			epoch = gp.hub.sim.epoch
		}
		if epoch != 0 {
			return t
		}
	}
	return nil
}

// hubSimTimerEpoch is the schedule of who sets a timer, as hubSimThread has it.
func hubSimTimerEpoch() uint32 {
	if gp := getg().m.curg; gp != nil {
		return gp.hub.sim.epoch
	}
	return 0
}

// hubSimRunTimer runs what a timer is for. What AfterFunc starts is of the timer's schedule.
func hubSimRunTimer(t *timer, f func(arg any, seq uintptr, delay int64), arg any, seq uintptr, delay int64) {
	hubSim.fires = t.hubEpoch + 1
	f(arg, seq, delay)
	hubSim.fires = 0
}

// hubSimHolds reports whether timers are not to run now, though they may be due: the
// native scheduler asks whenever it gets to it. It runs them only if nothing else has
// happened for a while because the program waits for what is not simulated.
func hubSimHolds() bool {
	s := &hubSim
	if s.clock == 0 || s.timers.ptr() == getg().m {
		return false
	}
	if s.late.CompareAndSwap(1, 0) && !hub.busy { // it may have come back meanwhile
		if when := hubSimNextTimer(); when != 0 {
			s.clock = max(s.clock, when+hubSimLate)
		}
		return false
	}
	return true
}

// hubSimWatch is called by sysmon, by the real clock. While the hub is idle, the time
// goes on only if nothing comes from outside.
func hubSimWatch(now int64) {
	s := &hubSim
	if hub.busy || hub.turns != s.turns {
		s.turns, s.idle = hub.turns, now
		return
	}
	patience := int64(hubSimPatience)
	if s.vain.Load() == 0 && hubSimChildren() {
		patience = hubSimChild
	}
	if now-s.idle > patience && hubSimAwaited() {
		s.idle = now
		if patience == hubSimChild {
			s.vain.Store(1)
		}
		s.late.Store(1)
		mp := acquirem()
		lock(&sched.lock)
		if pp, _ := pidlegetSpinning(0); pp != nil {
			startm(pp, false, true) // which looks at the timers
		}
		unlock(&sched.lock)
		releasem(mp)
	}
}

// hubSimPatience is how long, in real nanoseconds, a thread may be in a system call while
// nothing else can happen but that the time goes on.
const hubSimPatience = 50e6

// hubSimAwaited reports whether timers are set.
func hubSimAwaited() bool { return hubSim.clock != 0 && hubSimNextTimer() != 0 }

// hubSimUntil is timeSleepUntil for sysmon: it stays awake while timers are set.
func hubSimUntil() int64 {
	if hubSim.clock == 0 || hubSimNextTimer() == 0 {
		return timeSleepUntil()
	}
	return 1
}

// hubSimEarly reports whether the next timer is to be run though threads are ready.
func hubSimEarly() bool {
	s := &hubSim
	when := hubSimNextTimer()
	if when == 0 {
		return false
	}
	if when <= s.clock {
		return true // it is due
	}
	if hubSimPolls(when) && hub.runq.size == 1 {
		return true // one thread polls, and all others wait
	}
	return hubSimSoon(when)
}

// hubSimPolls reports whether a thread while all others wait has taken so many steps that it
// seems to wait for a timer. A loop of a thousand operations does not, if that is a timeout of seconds.
//
//go:nosplit
func hubSimPolls(when int64) bool {
	s := &hubSim
	return s.stall > hubSimStall && (s.stall > hubSimTurns || int64(s.stall)*hubSimTurn >= when-s.clock)
}

// hubSimSoon decides whether a timer that is near fires now.
func hubSimSoon(when int64) (fires bool) {
	s := &hubSim
	if when == 0 || when-s.clock > s.early {
		return false
	}
	hubSimLog.count++
	switch s.strategy {
	case hubStrategyFIFO:
	case hubStrategyReplay:
		fires = hubSimReplays(hubSimFires) != nil
	default:
		fires = hubSimBelow(32) == 0
	}
	if fires {
		hubSimLogs(hubSimFires, 0)
	}
	return fires
}
