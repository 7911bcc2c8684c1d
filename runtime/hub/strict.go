//go:build greenify_hub

package runtime

import "unsafe"

// What greenify's tests of programs ask: that a function does not yield
// (green.NoYield), and that nothing is left.

//go:linkname green_strict github.com/greenify-go/greenify/runtime.strict
func green_strict(on bool, yields func()) (was, late bool) {
	hubYields = yields
	gp := getg()
	was = gp.hub.strict
	late = gp.hub.kill == hubLenient
	if on && gp.hub.owner && gp.hub.kill == hubKillNone {
		gp.hub.kill, gp.hub.strict = hubStrict, true
	}
	if !on && gp.hub.kill >= hubStrict {
		gp.hub.kill, gp.hub.strict = hubKillNone, false
	}
	return was, late
}

// hubYields is package green's: it panics. Set by it, for the compiler takes a call
// of anything that allocates for a cycle of initialization.
var hubYields func()

// green_pending counts the calls of time.AfterFunc that are due.
//
//go:linkname green_pending github.com/greenify-go/greenify/runtime.pending
func green_pending() (n int) {
	lock(&allpLock)
	for _, pp := range allp {
		ts := &pp.timers
		ts.lock()
		for _, tw := range ts.heap {
			t := tw.timer
			// Racy, as t has a lock of its own, which comes first.
			fn := *(**funcval)(unsafe.Pointer(&t.f))
			if t.astate.Load()&timerZombie == 0 && fn != nil && funcname(findfunc(fn.fn)) == "time.goFunc" {
				n++
			}
		}
		ts.unlock()
	}
	unlock(&allpLock)
	return n
}
