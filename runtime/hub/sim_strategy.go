//go:build greenify_hub && greenify_sim

package runtime

import _ "unsafe" // for linkname

// Strategies: which thread is next. None finds everything, so the seeds of a search
// take turns (sim_portfolio.go).

const (
	hubSimChanges = 3
	hubSimLowest  = 1 << 20 // priorities below are those of lowered threads
	hubSimFair    = 5000    // steps after which a strategy of priorities becomes random: one that polls may starve the one it waits for
)

// hubSimPriority is one of those of threads that were not lowered.
//
//go:nosplit
func hubSimPriority(random uint64) uint64 { return random | 1<<63 }

// hubSimPlan draws the steps at which the strategy intervenes: of those that the test took
// in its first schedule, which always runs. Where there was none, and for one change of
// four, they are spread evenly over the orders of magnitude. From is the step behind which they are.
func hubSimPlan(from uint64) {
	s := &hubSim
	switch s.strategy {
	case hubStrategyRPB, hubStrategyDelay:
		s.changes = 2
	case hubStrategyPCT:
		s.changes = 3
	default:
		s.changes = 0
	}
	length := s.length
	if length != 0 && s.points >= hubPointsAtomics {
		length += s.atomics
	}
	if length != 0 {
		length -= min(from-s.begun, length-1)
	}
	for i := range s.changes {
		if length != 0 && hubSimBelow(4) != 0 {
			s.change[i] = from + 1 + hubSimBelow(length)
			continue
		}
		// 2 to the power of a number from 0 to 14, linear in between.
		k := hubSimBelow(14)
		s.change[i] = from + 1<<k + hubSimBelow(1<<k)
	}
}

// testing_hubSimBody is called before and behind each function of a test and its sub-tests.
// Where the first begins, and the last ends, is where strategies may intervene.
//
//go:linkname testing_hubSimBody testing.hubSimBody
func testing_hubSimBody(begins bool) {
	switch s := &hubSim; {
	case !begins && s.first && s.on:
		s.length, s.atomics = s.steps-s.begun, s.passed
	case begins && !s.body:
		s.body, s.begun, s.passed = true, s.steps, 0
		hubSimPlan(s.begun)
	}
}

// hubSimChange reports whether this is a step at which the strategy intervenes.
//
//go:nosplit
func hubSimChange() bool {
	s := &hubSim
	change := false
	for i := range s.changes {
		if s.change[i] <= s.steps {
			s.change[i] = 1<<64 - 1
			change = true
		}
	}
	return change
}

// hubSimLower gives a thread the lowest priority.
func hubSimLower(gp *g) {
	s := &hubSim
	s.low--
	gp.hub.sim.priority = s.low
}

// hubSimYields is called as a thread yields of its own accord: it polls, perhaps for one
// of a lower priority.
func hubSimYields(gp *g) {
	if s := &hubSim; s.on && s.forced == 0 {
		hubSimLower(gp)
	}
}

// hubSimThreadNext returns the place in the queue, which has n threads, of the next one.
//
//go:nosplit
func hubSimThreadNext(n uint32) (i uint32) {
	s := &hubSim
	switch {
	case s.forced != 0:
		i = s.forced - 1
		s.forced = 0
		switch {
		case !s.on:
		case s.strategy == hubStrategyPOS:
			hubSimPerforms(hubSimThreadAt(i))
		case s.strategy == hubStrategySURW:
			hubSURWPerforms(hubSimThreadAt(i))
		}
		return i
	case !s.on:
		return 0
	}
	hubSimLog.count++
	switch {
	case s.strategy == hubStrategyReplay:
		if i = hubSimReplayThread(hubSimNext); i != 0 {
			i--
		}
	case s.strategy == hubStrategyFIFO, s.strategy == hubStrategyDelay:
	case s.strategy == hubStrategyRandom, s.steps > hubSimFair:
		i = uint32(hubSimBelow(uint64(n)))
	case s.strategy == hubStrategySURW:
		i = hubSURWNext(nil) - 1
		hubSURWPerforms(hubSimThreadAt(i))
	default:
		if i, _ = hubSimBest(); s.strategy == hubStrategyPOS {
			hubSimPerforms(hubSimThreadAt(i))
		}
	}
	if i != 0 {
		hubSimLogs(hubSimNext, hubSimThreadAt(i).hub.sim.id)
	}
	return i
}

// hubSimPerforms draws again, for POS, for the operations that race with the one that gp
// performs now: those on the same object.
//
//go:nosplit
func hubSimPerforms(gp *g) {
	object := gp.hub.sim.object
	gp.hub.sim.object = 0
	if object == 0 {
		return
	}
	for o := hub.runq.head.ptr(); o != nil; o = o.schedlink.ptr() {
		if o.hub.sim.object == object {
			o.hub.sim.priority = hubSimPriority(hubSimBelow(1 << 62))
		}
	}
}

// hubSimBest returns the place in the queue of the thread with the highest priority, and
// that.
//
//go:nosplit
func hubSimBest() (best uint32, priority uint64) {
	i := uint32(0)
	for gp := hub.runq.head.ptr(); gp != nil; gp = gp.schedlink.ptr() {
		if p := gp.hub.sim.priority; p > priority {
			best, priority = i, p
		}
		i++
	}
	return best, priority
}

// hubSimSwitch decides at a point whether another of the n ready threads runs before gp
// goes on: its place in the queue, and 1; 0 if gp goes on.
func hubSimSwitch(gp *g, n uint32) (i uint32) {
	hubSimLog.count++
	if hubSim.strategy == hubStrategyReplay {
		i = hubSimReplayThread(hubSimSwitched)
	} else {
		i = hubSimStrategySwitch(gp, n)
	}
	if i != 0 {
		hubSimLogs(hubSimSwitched, hubSimThreadAt(i-1).hub.sim.id)
	}
	return i
}

// hubSimStrategySwitch decides it by the strategy.
func hubSimStrategySwitch(gp *g, n uint32) uint32 {
	s := &hubSim
	change := hubSimChange()
	switch {
	case s.strategy == hubStrategyFIFO, s.strategy == hubStrategyDelay:
		// A thread that never waits has slices, as in a plain patched program: else one that
		// polls would starve the one that it waits for.
		if change || s.stall > hubSimStall {
			return 1
		}
		return 0
	case s.strategy == hubStrategyRandom, s.steps > hubSimFair:
		if hubSimBelow(4) != 0 {
			return 0
		}
		return 1 + uint32(hubSimBelow(uint64(n)))
	case s.strategy == hubStrategySURW:
		return hubSURWSwitch(gp, n)
	case s.strategy == hubStrategyRPB:
		if !change && s.stall <= hubSimStall {
			return 0
		}
		hubSimLower(gp)
	case s.strategy == hubStrategyPCT:
		if change || s.stall > hubSimStall {
			hubSimLower(gp)
		}
	case s.strategy == hubStrategyPOS:
		if gp.hub.sim.object == 0 {
			return 0 // it races with none
		}
		gp.hub.sim.priority = hubSimPriority(hubSimBelow(1 << 62))
	}
	if i, p := hubSimBest(); p > gp.hub.sim.priority {
		return i + 1
	}
	if s.strategy == hubStrategyPOS {
		hubSimPerforms(gp)
	}
	return 0
}
