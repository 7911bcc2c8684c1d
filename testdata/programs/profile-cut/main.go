// A goroutine that computes for long is not cut while it has a semaphore of the runtime's:
// who waits for one keeps the hub, so nobody would ever run again. Interleaving: one makes
// profiles of many goroutines all the time, under such a semaphore, so it is preempted there,
// and main wants one, too.
//
// env: GREENIFY=busy=10ms
// patched-stderr: computed for
package main

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"time"
)

func main() {
	stop := make(chan bool)
	for range 5000 {
		go func() { <-stop }()
	}
	var done atomic.Bool
	profile := func() {
		runtime.GoroutineProfile(make([]runtime.StackRecord, 6000))
	}
	go func() {
		for !done.Load() {
			profile()
		}
	}()
	for range 10 {
		time.Sleep(time.Millisecond)
		profile()
	}
	done.Store(true)
	fmt.Println("ended")
}
