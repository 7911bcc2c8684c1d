//go:build greenify_hub && greenify_sim

package runtime

import "unsafe"

// Chance (choose.go): where it comes from in a simulation.

func hubChoose[T uint32 | uint64](kind hubChoice, n, plain T) T {
	if hubSim.clock == 0 {
		return plain
	}
	return T(hubSimChoose(kind, uint64(n)))
}

// hubSimChoose returns a number below n, any number if n is 0. Without a schedule it is
// the first of the ready threads, and the first case of a select.
//
//go:nosplit
func hubSimChoose(kind hubChoice, n uint64) uint64 {
	s := &hubSim
	switch kind {
	case hubChoiceThread:
		return uint64(hubSimThreadNext(uint32(n)))
	case hubChoiceCase:
		// selectgo exchanges the case with the one drawn: the last one is itself.
		got := n - 1
		if !s.on {
			return got
		}
		hubSimLog.count++
		// Also first in, first out: a loop whose select has one case that is always ready would
		// never take the other one.
		if s.strategy != hubStrategyReplay {
			got = hubSimBelow(n)
		} else if e := hubSimReplays(hubSimCase); e != nil {
			got = min(e.pick, got)
		}
		if got != n-1 {
			hubSimLogs(hubSimCase, got)
		}
		s.hash = hubMix(s.hash ^ got)
		if hubSimLog.verbose && n > 1 {
			hubSimShown.drawn, hubSimShown.below = got, n
			systemstack(hubSimShowDraw)
		}
		return got
	case hubChoiceTicket, hubChoiceTie:
		s.tickets++
		return hubMix(s.tickets)
	}
	return hubSimWord()
}

// hubSimWord is a random number for the calling thread. It depends on the seed, on whose
// it is and on how many that has drawn, so that it is the same in another schedule.
//
//go:nosplit
func hubSimWord() uint64 {
	s := &hubSim
	if gp := getg().m.curg; gp != nil && gp.hub.ran {
		t := &gp.hub.sim
		t.draws++
		w := hubMix(hubMix(s.seed^t.id) + uint64(t.draws)*0x9e3779b97f4a7c15)
		if hubSimLog.verbose {
			hubSimShown.drawn, hubSimShown.below = w, 0
			systemstack(hubSimShowDraw)
		}
		return w
	}
	s.draws++
	return hubMix(s.seed ^ ^s.draws)
}

// hubSimRead fills b, for crypto/rand, if the program is simulated.
//
//go:linkname hubSimRead crypto/internal/sysrand.hubSimRead
func hubSimRead(b []byte) bool {
	if hubSim.clock == 0 {
		return false
	}
	for len(b) > 0 {
		w := hubSimWord()
		b = b[copy(b, (*[8]byte)(unsafe.Pointer(&w))[:]):]
	}
	return true
}

// hubSimJitter is the clock of crypto/internal/entropy, which measures how unevenly it goes.
//
//go:linkname hubSimJitter crypto/internal/fips140deps/time.hubSimJitter
func hubSimJitter() int64 {
	s := &hubSim
	if s.clock == 0 {
		return 0
	}
	s.jitter += 1 + int64(hubSimWord()%1000)
	return s.jitter
}

// hubSimBelow draws a number below n for the schedule.
//
//go:nosplit
func hubSimBelow(n uint64) uint64 {
	s := &hubSim
	s.rng += 0x9e3779b97f4a7c15
	return hubMix(s.rng) % n
}

// hubMix is the finalizer of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
//
//go:nosplit
func hubMix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// hubSimStartup is called before the process draws its first random number, for the
// hashes of maps.
func hubSimStartup() {
	for i := range startupRand {
		startupRand[i] = byte(i + 1)
	}
}

// hubSimCPUs is how many processors the program sees.
const hubSimCPUs = 4

// hubSimNumCPU is NumCPU.
func hubSimNumCPU() int32 {
	if hubSim.clock == 0 {
		return numCPUStartup
	}
	return hubSimCPUs
}

// hubSimProcs is GOMAXPROCS: one thread runs at a time all the same.
func hubSimProcs(n int) int {
	before := hubSim.procs
	if before == 0 {
		before = hubSimCPUs
	}
	if n > 0 {
		hubSim.procs = n
	}
	return before
}
