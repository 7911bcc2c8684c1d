//go:build greenify_hub

package runtime

import "internal/runtime/atomic"

// The clock.

// hubNow is a coarse clock in milliseconds since the program started; the park
// path cannot afford a real one. sysmon sets it, and whoever wakes an idle hub,
// for sysmon sleeps while all is idle.
var hubNow atomic.Uint32

// hubClock sets hubNow and returns it.
func hubClock() uint32 {
	now := uint32((nanotime() - runtimeInitTime) / 1e6)
	hubNow.Store(now)
	return now
}
