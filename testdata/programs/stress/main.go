// Thousands of goroutines with growing stacks, channels, selects, locks and
// timers under constant collection: every value arrives.
package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"time"
)

type message struct {
	from  int
	bytes []byte
	next  *message
}

// deep sends from far down its stack, a value that points into the heap.
func deep(n, from int, c chan<- message) {
	var pad [64]byte
	if n == 0 {
		m := message{from: from, bytes: make([]byte, 64)}
		m.bytes[from%64] = byte(from)
		m.next = &m
		c <- m
		return
	}
	pad[n%64] = byte(n)
	deep(n-1, from, c)
	if pad[n%64] != byte(n) {
		panic("stack damaged")
	}
}

func main() {
	debug.SetGCPercent(5)
	const n = 1000
	c, d := make(chan message), make(chan message, 10)
	quit := make(chan bool)
	go func() {
		for {
			select {
			case <-quit:
				return
			default:
				runtime.GC()
				time.Sleep(100 * time.Microsecond)
			}
		}
	}()
	for i := range n {
		go deep(i%200, i, c)
		go deep(i%50, i, d)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	seen := make([]int, n)
	for range 10 {
		wg.Go(func() {
			for {
				var m message
				select {
				case m = <-c:
				case m = <-d:
				case <-quit:
					return
				}
				if m.bytes[m.from%64] != byte(m.from) || m.next.from != m.from {
					panic("message damaged")
				}
				mu.Lock()
				seen[m.from]++
				mu.Unlock()
			}
		})
	}
	for all := false; !all; {
		time.Sleep(time.Millisecond)
		mu.Lock()
		all = true
		for _, k := range seen {
			all = all && k == 2
		}
		mu.Unlock()
	}
	close(quit)
	wg.Wait()
	fmt.Println("all arrived")

	// A ring of many, a long time parked while stacks shrink.
	first := make(chan int)
	last := first
	for range 5000 {
		next := make(chan int)
		go func(in, out chan int) { out <- 1 + <-in }(last, next)
		last = next
	}
	for range 3 {
		runtime.GC()
	}
	first <- 0
	fmt.Println(<-last)
}
