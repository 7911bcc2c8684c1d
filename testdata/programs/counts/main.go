// What the runtime tells about goroutines and processors.
//
// env: GOMAXPROCS=3
package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"runtime/pprof"
	"sync"
	"time"

	"programs/internal/parked"
)

func main() {
	fmt.Println("processors:", runtime.GOMAXPROCS(0))
	fmt.Println("goroutines:", runtime.NumGoroutine(), pprof.Lookup("goroutine").Count())
	stop := make(chan bool)
	for range 50 {
		go func() { <-stop }()
	}
	fmt.Println("started:", runtime.NumGoroutine(), pprof.Lookup("goroutine").Count())
	sample := []metrics.Sample{{Name: "/sched/goroutines:goroutines"}, {Name: "/sched/gomaxprocs:threads"}}
	metrics.Read(sample)
	fmt.Println("metrics:", sample[0].Value.Uint64() >= 51, sample[1].Value.Uint64())
	close(stop)
	for runtime.NumGoroutine() > 1 {
		time.Sleep(time.Millisecond)
	}
	fmt.Println("ended:", runtime.NumGoroutine())

	fmt.Println("previous:", runtime.GOMAXPROCS(1), runtime.GOMAXPROCS(2), runtime.GOMAXPROCS(0))
	fmt.Println("percent:", debug.SetGCPercent(50), debug.SetGCPercent(100))
	fmt.Println("threads:", debug.SetMaxThreads(5000))
	var s, t runtime.MemStats
	runtime.ReadMemStats(&s)
	runtime.GC()
	runtime.ReadMemStats(&t)
	fmt.Println("collections:", t.NumGC > s.NumGC)

	// What each waits for, in the words of plain Go.
	var held sync.Mutex
	var rw sync.RWMutex
	var wg sync.WaitGroup
	cond := sync.NewCond(new(sync.Mutex))
	held.Lock()
	rw.Lock()
	wg.Add(1)
	var none chan int
	for _, f := range []func(){
		func() { <-make(chan int) },
		func() { make(chan int) <- 1 },
		func() { <-none },
		func() { none <- 1 },
		func() { select {} },
		func() {
			select {
			case <-none:
			case <-make(chan int):
			}
		},
		held.Lock,
		rw.RLock,
		wg.Wait,
		func() { cond.L.Lock(); cond.Wait() },
		func() { time.Sleep(time.Hour) },
	} {
		go f()
	}
	for len(parked.Reasons()) < 12 || contains("runnable") {
		time.Sleep(time.Millisecond)
	}
	for _, r := range parked.Reasons() {
		fmt.Println(r)
	}
}

func contains(reason string) bool {
	for _, r := range parked.Reasons() {
		if r == reason {
			return true
		}
	}
	return false
}
