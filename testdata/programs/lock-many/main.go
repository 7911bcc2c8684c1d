// Fifty goroutines locked to threads, in a chain of channels and on one mutex,
// start and end together with unlocked ones.
package main

import (
	"fmt"
	"runtime"
	"sync"
)

func main() {
	const n, laps = 50, 20
	ring := make([]chan int, n+1)
	for i := range ring {
		ring[i] = make(chan int)
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	count := 0
	for i := range n {
		wg.Go(func() {
			if i%3 != 0 {
				runtime.LockOSThread()
			}
			if i%3 == 1 {
				defer runtime.UnlockOSThread()
			}
			for range laps {
				v := <-ring[i]
				mu.Lock()
				count++
				runtime.Gosched()
				mu.Unlock()
				ring[i+1] <- v + 1
			}
		})
	}
	v := 0
	for range laps {
		ring[0] <- v
		v = <-ring[n]
	}
	wg.Wait()
	fmt.Println(count, v)
}
