// Cond, WaitGroup, Once, RWMutex and channels between the same threads, each wait
// ended by a thread that waits for something else itself.
package main

import (
	"runtime"
	"sync"

	"behaviours/internal/check"
)

func main() {
	var (
		mu       sync.Mutex
		cond     = sync.NewCond(&mu)
		state    sync.RWMutex
		once     sync.Once
		wg       sync.WaitGroup
		requests = make(chan int)
		results  = make(chan int, 2)
		queue    []int
		started  int
		sum      int
		written  int
	)
	const workers, each = 5, 20
	for range workers {
		wg.Go(func() {
			once.Do(func() { // all others wait for the channel, too
				started += <-requests
			})
			for {
				mu.Lock()
				for len(queue) == 0 {
					cond.Wait()
				}
				n := queue[0]
				queue = queue[1:]
				mu.Unlock()
				if n == 0 {
					return
				}
				state.RLock()
				results <- n + started
				state.RUnlock()
			}
		})
	}
	check.Parked("sync.Mutex.Lock", workers-1) // in Once.Do
	requests <- 100
	check.Parked("sync.Cond.Wait", workers)

	collected := make(chan bool)
	go func() {
		for n := range results {
			sum += n
		}
		collected <- true
	}()
	writes := make(chan int)
	go func() {
		for range writes {
			state.Lock() // while readers wait to send their results
			written++
			runtime.Gosched() // readers come
			state.Unlock()
		}
		collected <- true
	}()
	want := 0
	for i := 1; i <= workers*each; i++ {
		mu.Lock()
		queue = append(queue, i)
		mu.Unlock()
		cond.Signal()
		if i%7 == 0 {
			writes <- i
		}
		want += i + 100
	}
	mu.Lock()
	queue = append(queue, make([]int, workers)...)
	mu.Unlock()
	cond.Broadcast()
	wg.Wait()
	close(results)
	close(writes)
	<-collected
	<-collected
	check.Equal("sum", sum, want)
	check.Equal("written", written, workers*each/7)
}
