//go:build greenify_hub && greenify_sim

package time

import _ "unsafe" // for linkname

// hubAfterFunc calls f after some real time, on a native goroutine. Package testing has
// its alarm by it, which is to find tests that hang. The timer is one that has been
// stopped: the alarm ends with the process.
//
//go:linkname hubAfterFunc
var hubAfterFunc = func(d Duration, f func()) *Timer {
	hubNative(func() {
		hubSimAlarm(int64(d))
		f()
	})
	t := AfterFunc(d, f)
	t.Stop()
	return t
}

// hubNano is runtimeNano, but no reading of the clock; provided by package runtime.
//
//go:linkname hubNano
func hubNano() int64

func hubNative(f func())  // in package runtime
func hubSimAlarm(d int64) // likewise
