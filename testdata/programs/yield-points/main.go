// A hundred goroutines say whose turn it is, without a lock, and then do all that must not
// let others run: free locks, wake-ups, go statements, timers, allocation and the
// collections that it starts, stack growth, long computation. Nobody else has had a turn
// then. (runtime.GC is not among them: it blocks its caller, and yields.) What took half a
// time slice does not count: behind that a free lock is a yield point, and on a slow
// machine a collection is that long.
//
// env: GREENIFY=busy=off
// want: 0 cut, of many: true
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
	sink any
	spin atomic.Int64
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
	turn, cut, counted := 0, 0, 0
	for i := range 100 {
		wg.Go(func() {
			for j := range 200 {
				begin := time.Now()
				turn = i
				if k := (i*7 + j) % len(work); k < cheap || j%10 == 0 {
					work[k]()
				}
				if time.Since(begin) < 4*time.Millisecond {
					counted++
					if turn != i {
						cut++
					}
				}
				runtime.Gosched()
			}
		})
	}
	wg.Wait()
	fmt.Println(cut, "cut, of many:", counted > 5000)
}

func grow(n int) int {
	var pad [50]int
	if n == 0 {
		return pad[0]
	}
	return grow(n-1) + pad[n%50]
}
