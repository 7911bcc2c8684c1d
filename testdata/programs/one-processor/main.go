// Channels, semaphores and Conds are locked in another way while there is one processor
// (GOMAXPROCS=1), and nobody is inside when that changes. Interleaving: threads wait for each other
// in every way that has such a lock, and one changes the number of processors 500 times
// meanwhile; goroutines beside the hub return from system calls, and collections shrink the
// stacks of those that wait.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"syscall"
	"time"
)

const rounds = 30000

func main() {
	done := make(chan bool)
	var wg, work sync.WaitGroup
	wg.Go(func() {
		for n := range 500 {
			runtime.GOMAXPROCS(1 + n%2)
			if n%20 == 0 {
				runtime.GC()
			}
			time.Sleep(50 * time.Microsecond)
		}
	})
	for range 4 { // calls that leave the hub, and come back without a processor
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					pause := syscall.Timespec{Nsec: 100_000}
					syscall.Nanosleep(&pause, nil)
				}
			}
		})
	}

	var sum [6]int
	ping, pong, buffered := make(chan int), make(chan int), make(chan int, 3)
	work.Go(func() {
		for n := range rounds {
			ping <- n
			sum[0] += deep(10) + <-pong
		}
		close(ping)
	})
	work.Go(func() {
		for n := range ping {
			pong <- n
		}
	})
	work.Go(func() {
		for n := range rounds {
			buffered <- n
		}
		close(buffered)
	})
	work.Go(func() {
		never := make(chan int)
		for open := true; open; {
			select {
			case n, ok := <-buffered:
				sum[1] += n
				open = ok
			case <-never:
			}
		}
	})
	var mu sync.Mutex
	var rw sync.RWMutex
	for range 4 {
		work.Go(func() {
			for range rounds / 4 {
				mu.Lock()
				sum[2]++
				runtime.Gosched()
				mu.Unlock()
			}
		})
		work.Go(func() {
			for n := range rounds / 4 {
				if n%4 == 0 {
					rw.Lock()
					sum[3]++
					runtime.Gosched()
					rw.Unlock()
					continue
				}
				rw.RLock()
				_ = sum[3]
				runtime.Gosched()
				rw.RUnlock()
			}
		})
	}
	turn, cond := 0, sync.NewCond(new(sync.Mutex))
	for me := range 3 {
		work.Go(func() {
			for range rounds / 3 {
				cond.L.Lock()
				for turn%3 != me {
					cond.Wait()
				}
				turn++
				cond.Broadcast()
				cond.L.Unlock()
			}
		})
	}
	work.Wait()
	close(done)
	wg.Wait()
	fmt.Println(sum, turn)
}

// deep has the stack grow, so that collections shrink it.
func deep(n int) int {
	var frame [512]byte
	if n == 0 {
		return int(frame[0])
	}
	return deep(n-1) + int(frame[n])
}
