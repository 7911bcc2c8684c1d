//go:build greenify_hub && !greenify_sim

package runtime

import "unsafe"

// What a build without -sim has in place of the files sim*.go. The compiler knows each
// answer, so that nothing is left of the questions.

const hubSimulated = false

// rescueDelay is how long, in nanoseconds, one system or cgo call may keep the
// hub while other threads are ready. The Go scheduler takes the P after the
// same time (retake).
const rescueDelay = 10e6

const hubSimPatience = 0

func hubSimAwaited() bool { return false }

// hubSimThread is what each thread is to a simulation.
type hubSimThread struct{}

type hubSimListed struct{}

// This does not compile if hubState has more bytes than it may have.
const _ = hubStateSize - unsafe.Sizeof(hubState{})

func hubSimEach(f func(gp *g)) { forEachGRace(f) }

func hubChoose[T uint32 | uint64](kind hubChoice, n, plain T) T { return plain }

func hubReading() int64 { return nanotime() }

func hubTime() (sec int64, nsec int32, mono int64) { return time_now() }

func hubSimFrozen(gp *g) bool { return false }

func hubSimThis(gp *g) bool { return true }

// A collection that the program asks for blocks its caller: other threads run meanwhile.
func hubCollects() bool { return hubLeave() }

func hubCollected(left bool) {
	if hubEnter(left); left {
		hubPoint()
	}
}

func hubSimBatch()             {}
func hubSimWatch(now int64)    {}
func hubSimProgram()           {}
func hubSimDeadlocks()         {}
func hubSimInit()              {}
func hubSimFill()              {}
func hubSimPosted()            {}
func hubSimBorn(gp, parent *g) {}
func hubSimRuns(gp *g)         {}
func hubSimYields(gp *g)       {}
func hubRaceLost(gp *g)        {}
func hubRealWaits()            {}
func hubRealLeaves()           {}
func hubRealRescued(gp *g)     {}

//go:linkname greensim_replays github.com/greenify-go/greenify/runtime/greensim.replays
func greensim_replays(file string) {}
