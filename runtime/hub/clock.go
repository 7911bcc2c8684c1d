//go:build greenify_hub

package runtime

import "internal/runtime/atomic"

// The clock, as far as it is the same in a simulation (sim_clock.go): what time it is for the program and for its timers, and the coarse clock by
// which the hub counts how long threads wait. Time in which the hub measures what
// threads do to each other is sysmon's (sysmon.go).

// hubNanotime is the clock of timers and deadlines, and of time.Now's monotonic part.
func hubNanotime() int64 { return nanotime() }

// hubTimers runs the timers that are due on any P.
func hubTimers(now int64) {
	for _, pp := range allp {
		if when := pp.timers.wakeTime(); when != 0 && when <= now {
			pp.timers.check(now, nil)
		}
	}
}

// hubNow is a coarse clock in milliseconds since the program started; the park
// path cannot afford a real one. sysmon sets it, and whoever wakes an idle hub,
// for sysmon sleeps while all is idle.
var hubNow atomic.Uint32

// hubClock sets hubNow and returns it.
func hubClock() uint32 {
	now := uint32((hubNanotime() - runtimeInitTime) / 1e6)
	hubNow.Store(now)
	return now
}
