//go:build greenify_hub && greenify_sim

package runtime

import _ "unsafe" // for linkname

// What others than package runtime pull from it by go:linkname, of time and chance. It calls these
// functions itself, on any stack and for what no program sees, so in a simulation its own
// have other names for the linker (rewrite/rules/simtext.go), and those who pull get these.
// The rest that they may pull is decided already: runtime.rand and fastrand by hubChoose,
// memhash by what it hashes. The linker lets nobody pull time.runtimeNano.

//go:linkname hubPulledNanotime runtime.nanotime
//go:nosplit
func hubPulledNanotime() int64 { return hubReading() }

//go:linkname hubPulledNow time.now
func hubPulledNow() (sec int64, nsec int32, mono int64) { return hubTime() }

//go:linkname hubPulledTicks runtime.cputicks
//go:nosplit
func hubPulledTicks() int64 {
	if hubSim.clock == 0 {
		return cputicks()
	}
	return hubReading()
}

//go:linkname hubPulledRand runtime.cheaprand
//go:nosplit
func hubPulledRand() uint32 {
	if hubSim.clock == 0 {
		return cheaprand()
	}
	return uint32(hubSimWord())
}

//go:linkname hubPulledRand64 runtime.cheaprand64
//go:nosplit
func hubPulledRand64() int64 {
	if hubSim.clock == 0 {
		return cheaprand64()
	}
	return int64(hubSimWord() >> 1)
}

//go:linkname hubPulledRandn runtime.cheaprandn
//go:nosplit
func hubPulledRandn(n uint32) uint32 {
	return uint32(uint64(hubPulledRand()) * uint64(n) >> 32)
}
