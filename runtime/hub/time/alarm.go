//go:build greenify_hub && !greenify_sim

package time

import _ "unsafe" // for linkname

// hubAfterFunc is AfterFunc, but its goroutine is native: it runs even while a
// green thread keeps the hub. Package testing has its alarm by it.
//
//go:linkname hubAfterFunc
var hubAfterFunc = func(d Duration, f func()) *Timer {
	return newTimer(when(d), 0, hubGoFunc, f, nil)
}

func hubGoFunc(arg any, seq uintptr, delta int64) { hubNative(arg.(func())) }

func hubNative(f func()) // in package runtime
