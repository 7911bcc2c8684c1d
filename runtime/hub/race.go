//go:build greenify_hub && race

package runtime

import "unsafe"

// Under the hub, what one green thread did before it gave up the hub happens
// before what the next one does: one runs at a time. The race detector is told
// so, else it would report races that cannot happen. GREENIFY=races=1 leaves it
// out: the detector then reports what it would report of the plain program.

// hubRaceRelease is called as gp loses the hub, hubRaceAcquire as it gets it.
// The detector needs a P. Who has none, sysmon in a rescue or an M back from the
// poller, leaves a note for hubRaceRun; the loser runs no code meanwhile.
func hubRaceRelease(gp *g) {
	if getg().m.p == 0 {
		hubRaceLate.from.set(gp)
		return
	}
	if hubSettings.races {
		hubRaceLost(gp)
		return
	}
	hubRaceCall(gp, &__tsan_release)
}

func hubRaceAcquire(gp *g) {
	if getg().m.p == 0 {
		hubRaceLate.to.set(gp)
		return
	}
	hubRaceCall(gp, &__tsan_acquire)
}

// hubRaceLate is guarded by owning the hub.
var hubRaceLate struct{ from, to guintptr }

// hubRaceRun is called as gp is about to run.
func hubRaceRun(gp *g) {
	if !gp.hub.owner || hubRaceLate.to.ptr() != gp {
		return
	}
	if from := hubRaceLate.from.ptr(); from != nil {
		hubRaceRelease(from)
	}
	hubRaceCall(gp, &__tsan_acquire)
	hubRaceLate.from, hubRaceLate.to = 0, 0
}

func hubRaceCall(gp *g, fn *byte) {
	if hubSettings.races {
		return
	}
	// sync waits on semaphores with synchronization events switched off
	// (race.Disable); the detector would ignore this one too.
	if gp.raceignore != 0 {
		racecall(&__tsan_go_ignore_sync_end, gp.racectx, 0, 0, 0)
	}
	racecall(fn, gp.racectx, uintptr(unsafe.Pointer(&hub)), 0, 0)
	if gp.raceignore != 0 {
		racecall(&__tsan_go_ignore_sync_begin, gp.racectx, 0, 0, 0)
	}
}

// hubRaceUnwind undoes the race.Disable of sync's functions that gp leaves.
func hubRaceUnwind(gp *g) {
	if gp.raceignore != 0 {
		gp.raceignore = 1
		RaceEnable()
	}
}
