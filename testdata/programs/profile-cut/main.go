// A goroutine that computes for long is not cut while it has a semaphore of the runtime's:
// who waits for one keeps the hub, so nobody would ever run again. Interleaving: one makes
// profiles of many goroutines all the time, under such a semaphore, so it is preempted there,
// and main wants one, too. A profile takes five times as long as what may be computed in one
// turn, on any machine: there are as many goroutines as that takes.
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
	var records []runtime.StackRecord
	profile := func() { runtime.GoroutineProfile(records) }
	for took := time.Duration(0); took < 50*time.Millisecond; {
		for range 1000 + len(records) {
			go func() { <-stop }()
		}
		runtime.Gosched()
		records = make([]runtime.StackRecord, runtime.NumGoroutine()+10)
		begin := time.Now()
		profile()
		took = time.Since(begin)
	}
	var done atomic.Bool
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
