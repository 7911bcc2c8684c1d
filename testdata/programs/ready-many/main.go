// Ten thousand threads that are always ready delay a due timer by no more than
// the round that is under way and the next. Counted in turns, not in time. In source
// the best of three tries counts: there a timer's own goroutine waits for a processor, too, and a
// machine with other work lets turns go on meanwhile.
//
// want: sleep: at most two rounds late
// want: timer: at most two rounds late
// want: function: at most two rounds late
package main

import (
	"fmt"
	"os"
	"runtime"
	"time"
)

const (
	threads = 10_000
	d       = 20 * time.Millisecond
)

var (
	turns int
	stop  bool
	due   time.Time // set once the timer runs, so never before it is due
	first int       // turn at which somebody saw that it is due
)

func main() {
	tries := 1
	if os.Getenv("IN_SOURCE") != "" {
		tries = 3
	}
	for range threads {
		go func() {
			for !stop {
				turns++
				if first == 0 && !due.IsZero() && time.Now().After(due) {
					first = turns
				}
				runtime.Gosched()
			}
		}()
	}
	late := make(chan int)
	awake := func() {
		if first == 0 {
			first = turns
		}
		late <- turns - first
	}
	for _, timer := range []struct {
		name  string
		start func()
	}{
		{"sleep", func() { time.Sleep(d); awake() }},
		{"timer", func() { <-time.After(d); awake() }},
		{"function", func() { time.AfterFunc(d, awake) }},
	} {
		best := 0
		for try := range tries {
			due, first = time.Time{}, 0
			go timer.start()
			runtime.Gosched() // a round: it has started
			due = time.Now().Add(d)
			if n := <-late; try == 0 || n < best {
				best = n
			}
		}
		if best > 2*threads {
			fmt.Printf("%s: %d turns late\n", timer.name, best)
		} else {
			fmt.Printf("%s: at most two rounds late\n", timer.name)
		}
	}
	stop = true
}
