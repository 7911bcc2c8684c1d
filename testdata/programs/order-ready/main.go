// Ready threads run first in, first out: new ones in the order of their go
// statements, yielding ones in turn, woken ones in the order in which they
// parked; a wake-up does not switch.
//
// want: start 0 1 2 3
// want: turns 0 1 2 0 1 2 0 1 2
// want: values: main 0 1 2
// want: cond: main 0 1 2
// want: lock: main 0 1 2
// want: done: main 0 1 2
// want: timer: 0 1 2
package main

import (
	"fmt"
	"runtime"
	"sync"
	"time"
)

var log []any

func show(what string) {
	runtime.Gosched()
	fmt.Println(append([]any{what}, log...)...)
	log = nil
}

func three(f func(i int)) {
	for i := range 3 {
		go func() {
			f(i)
			log = append(log, i)
		}()
	}
	runtime.Gosched()
}

func main() {
	for i := range 4 {
		go func() { log = append(log, i) }()
	}
	show("start")

	for i := range 3 {
		go func() {
			for range 3 {
				log = append(log, i)
				runtime.Gosched()
			}
		}()
	}
	for range 3 {
		runtime.Gosched()
	}
	show("turns")

	c := make(chan int)
	three(func(int) { <-c })
	for i := range 3 {
		c <- i
	}
	log = append(log, "main")
	show("values:")

	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	three(func(int) { mu.Lock(); cond.Wait(); mu.Unlock() })
	cond.Broadcast()
	log = append(log, "main")
	show("cond:")

	mu.Lock()
	three(func(int) { mu.Lock(); mu.Unlock() })
	mu.Unlock()
	log = append(log, "main")
	runtime.Gosched()
	runtime.Gosched()
	show("lock:")

	var wg sync.WaitGroup
	wg.Add(1)
	three(func(int) { wg.Wait() })
	wg.Done()
	log = append(log, "main")
	show("done:")

	// Due at three times, all past by the time the hub looks at them.
	three(func(i int) { time.Sleep(time.Duration(i+1) * 10 * time.Microsecond) })
	for start := time.Now(); time.Since(start) < 5*time.Millisecond; {
	}
	time.Sleep(20 * time.Millisecond)
	show("timer:")
}
