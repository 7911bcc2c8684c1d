// A hundred goroutines change a counter without a lock, and between its read
// and its write do all that must not let others run: free locks, wake-ups, go
// statements, timers, allocation and the collections that it starts, stack growth,
// long computation. No update is lost. (runtime.GC is not among them: it blocks its
// caller, and yields.)
//
// env: GREENIFY=busy=off
// want: 20000
package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

var (
	counter int
	sink    any
	spin    atomic.Int64
)

func main() {
	debug.SetGCPercent(20)
	var mu sync.Mutex
	var rw sync.RWMutex
	var once sync.Once
	var pool sync.Pool
	var m sync.Map
	cond := sync.NewCond(&mu)
	work := []func(){
		func() { close(make(chan int)) },
		func() { mu.Lock(); cond.Signal(); cond.Broadcast(); mu.Unlock() },
		func() { rw.RLock(); rw.RUnlock(); rw.Lock(); rw.Unlock() },
		func() { once.Do(func() {}); pool.Put(1); pool.Get(); m.Store(1, 2); m.Load(1) },
		func() { go func() {}() },
		func() { sink = make([]byte, 100_000) },
		func() { grow(300) },
		func() { fmt.Fprintln(io.Discard, os.Getpid(), time.Now()) },
		func() { time.NewTimer(time.Hour).Stop(); time.AfterFunc(time.Hour, func() {}).Stop() },
		func() {
			var wg sync.WaitGroup
			wg.Add(1)
			wg.Done()
			wg.Wait()
		},
		func() {
			for range 20_000 {
				spin.Add(1)
			}
		},
	}
	cheap := len(work) // the others are called now and then
	work = append(work,
		func() { var s runtime.MemStats; runtime.ReadMemStats(&s) },
		func() { debug.SetGCPercent(debug.SetGCPercent(10)) },
		func() { runtime.Stack(make([]byte, 1000), true); runtime.NumGoroutine() },
		func() { runtime.LockOSThread(); runtime.UnlockOSThread() },
	)
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			for j := range 200 {
				n := counter
				if k := (i*7 + j) % len(work); k < cheap || j%10 == 0 {
					work[k]()
				}
				counter = n + 1
				if (i+j)%5 == 0 {
					runtime.Gosched()
				}
			}
		})
	}
	wg.Wait()
	fmt.Println(counter)
}

func grow(n int) int {
	var pad [50]int
	if n == 0 {
		return pad[0]
	}
	return grow(n-1) + pad[n%50]
}
