//go:build greenify_hub && greenify_sim && race

package runtime

import (
	"internal/runtime/sys"
	"unsafe"
)

// The race detector in a simulation.

// Points at accesses to memory: the calls that the compiler puts before each of them, for
// the race detector. What they do is what they did in the release (rules.SimTexts).

//go:nosplit
func raceread(addr uintptr) {
	pc := sys.GetCallerPC()
	hubAtMemory(addr, pc)
	racereadpc(unsafe.Pointer(addr), 0, pc-1)
}

//go:nosplit
func racewrite(addr uintptr) {
	pc := sys.GetCallerPC()
	hubAtMemory(addr, pc)
	racewritepc(unsafe.Pointer(addr), 0, pc-1)
}

//go:nosplit
func racereadrange(addr, size uintptr) {
	pc := sys.GetCallerPC()
	hubAtMemory(addr, pc)
	racereadrangepc1(addr, size, pc-1)
}

//go:nosplit
func racewriterange(addr, size uintptr) {
	pc := sys.GetCallerPC()
	hubAtMemory(addr, pc)
	racewriterangepc1(addr, size, pc-1)
}

// hubAtMemory is a point before an access, if it may be one: nobody else knows what is on
// the stack, which must not move while its address is a number.
//
//go:nosplit
func hubAtMemory(addr, pc uintptr) {
	if s := &hubSim; !s.on || s.points != hubPointsMemory {
		return
	}
	if gp := getg(); gp.hub.owner && addr-gp.stack.lo >= gp.stack.hi-gp.stack.lo {
		hubAtAccess(addr, pc)
	}
}

// hubAtAccess draws which accesses are points: the first ones of a thread all
// are, and then ever fewer, so that a long loop is not a long schedule. They are the same
// whatever the strategy is, for the replay.
func hubAtAccess(addr, pc uintptr) {
	if hubSimCodeAt(pc).kind != hubSimOwn {
		return
	}
	t := &getg().hub.sim
	t.accesses++
	if n := uint64(t.accesses); hubMix(hubSim.seed^t.id+n*0x9e3779b97f4a7c15)%(1+n/64) == 0 {
		hubAt(unsafe.Pointer(addr))
	}
}

// With GREENIFY=races=1 the threads of a schedule are as ordered as those of a plain program.
// All that a schedule did happens before what the next one does: who loses the hub releases
// what the driver acquires.

func hubRaceLost(gp *g) {
	ignored := gp.raceignore != 0
	if ignored {
		racecall(&__tsan_go_ignore_sync_end, gp.racectx, 0, 0, 0)
	}
	racecall(&__tsan_release_merge, gp.racectx, uintptr(unsafe.Pointer(&hubSim)), 0, 0)
	if ignored {
		racecall(&__tsan_go_ignore_sync_begin, gp.racectx, 0, 0, 0)
	}
}

// hubSimRace has the frames of the reports of the schedule, as the detector asks for them.
var hubSimRace struct {
	pcs [64]uintptr
	n   int
}

func hubSimRaceFrame(pc uintptr) {
	if r := &hubSimRace; hubSim.on && r.n < len(r.pcs) {
		r.pcs[r.n] = pc + 1 // as a return address
		r.n++
	}
}

func hubSimRaceBegin() { hubSimRace.n = 0 }

// hubSimRaceOver is called as the driver goes on behind a schedule.
func hubSimRaceOver() {
	if hubSettings.races {
		raceacquire(unsafe.Pointer(&hubSim))
	}
}

// hubSimRaces is how many data races the process had.
func hubSimRaces() int { return RaceErrors() }

// hubSimPutRaces appends each place of the program in the reports of the schedule.
func hubSimPutRaces(behind string) {
	for i := range hubSimRace.n {
		if f, ok := hubSimFrame(hubSimRace.pcs[i : i+1]); ok {
			hubSimPutPlace(f)
			hubSimPut(behind)
		}
	}
}

// testing_hubSimRaces writes a line for each.
//
//go:linkname testing_hubSimRaces testing.hubSimRaces
func testing_hubSimRaces(text []byte) (length int) {
	r := &hubSimResult
	r.length = 0
	hubSimPutRaces("\n")
	return copy(text, r.text[:r.length])
}
