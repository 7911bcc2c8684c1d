// Goroutines outside the hub use what green threads use: channels, locks, Cond,
// select, time. A thread that one of them wakes while the hub is busy has its turn
// later, and is not lost. (Threads that C made: testdata/programs/cgo-thread.)
package main

import (
	"sync"
	"sync/atomic"
	"time"

	"behaviours/internal/check"

	green "github.com/greenify-go/greenify/runtime"
)

func main() {
	var (
		mu       sync.Mutex
		cond     = sync.NewCond(&mu)
		in, out  = make(chan int), make(chan int)
		wg       sync.WaitGroup
		count    int
		outside  atomic.Bool
		computes atomic.Bool
		sent     atomic.Bool
	)
	// Each side waits for the other.
	const foreign, each = 4, 50
	for range foreign {
		wg.Go(func() {
			green.Offload(func() {
				check.That(!green.InHub(), "outside the hub")
				for i := range each {
					in <- i
					select {
					case <-out:
					case <-time.After(time.Minute):
					}
					mu.Lock()
					count++
					if i%10 == 0 {
						time.Sleep(time.Microsecond)
					}
					mu.Unlock()
					cond.Signal()
				}
			})
			check.Equal("back in the hub", green.InHub(), green.Enabled())
		})
	}
	for range foreign * each {
		out <- <-in
	}
	mu.Lock()
	for count < foreign*each {
		cond.Wait()
	}
	mu.Unlock()
	wg.Wait()

	// A wake-up from outside while the hub is busy.
	received := make(chan int, 1)
	go func() { received <- <-in }()
	check.Parked("chan receive", 1)
	wg.Go(func() {
		green.Offload(func() {
			outside.Store(true)
			for !computes.Load() {
			}
			in <- 7
			sent.Store(true)
		})
	})
	check.Until("it is outside", outside.Load)
	computes.Store(true)
	for end := time.Now().Add(check.Limit); !sent.Load() && time.Now().Before(end); {
	}
	check.That(sent.Load(), "sent while the hub was busy")
	check.Equal("received", check.Within("received", received), 7)
	wg.Wait()
}
