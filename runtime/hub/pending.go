//go:build greenify_hub

package runtime

import "unsafe"

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
