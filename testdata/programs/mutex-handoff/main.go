// A mutex whose holder yields while it holds it, and takes it again at once, is
// handed over to those who wait: nobody starves, no wake-up is lost.
// Interleaving: five wait while a sixth takes the lock again and again, always
// held when a waiter is woken.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"programs/internal/parked"
)

func main() {
	var mu sync.Mutex
	var served atomic.Int32
	var wg sync.WaitGroup
	mu.Lock()
	for range 5 {
		wg.Go(func() {
			for range 3 {
				mu.Lock()
				runtime.Gosched()
				served.Add(1)
				mu.Unlock()
			}
		})
	}
	parked.Wait("sync.Mutex.Lock", 5)
	for served.Load() < 15 {
		mu.Unlock()
		mu.Lock()
		time.Sleep(time.Millisecond) // waiters that wake find it locked
	}
	mu.Unlock()
	wg.Wait()
	fmt.Println(served.Load(), mu.TryLock(), mu.TryLock())

	// Many on few locks, each with waits inside: all exact.
	var locks [3]sync.Mutex
	var counts [3]int
	for i := range 60 {
		wg.Go(func() {
			for j := range 30 {
				k := (i + j) % 3
				locks[k].Lock()
				n := counts[k]
				if j%10 == 0 {
					time.Sleep(time.Microsecond)
				}
				runtime.Gosched()
				counts[k] = n + 1
				locks[k].Unlock()
			}
		})
	}
	wg.Wait()
	fmt.Println(counts)
}
