// Sleepers wake in the order of their times, never early; Sleep of nothing
// returns. Interleaving: all sleep before the first is to wake.
//
// want: [1 2 3 4 5] false
// want: all awake
package main

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

const nap = 60 * time.Millisecond

// sleepers returns the order in which five wake, and whether one woke early. A machine
// with other things to do may take longer to put them to sleep than the shortest sleeps:
// then they are to try again.
func sleepers() (order []int, early, again bool) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	var asleep atomic.Int32
	start := time.Now()
	for _, i := range []int{5, 2, 4, 1, 3} {
		wg.Go(func() {
			asleep.Add(1)
			d := time.Duration(i) * nap
			time.Sleep(d)
			mu.Lock()
			defer mu.Unlock()
			order = append(order, i)
			early = early || time.Since(start) < d
		})
	}
	for asleep.Load() < 5 {
		runtime.Gosched()
	}
	again = time.Since(start) >= nap
	wg.Wait()
	return order, early, again
}

func main() {
	order, early, again := sleepers()
	for again {
		order, early, again = sleepers()
	}
	time.Sleep(0)
	time.Sleep(-time.Second)
	fmt.Println(order, early)

	// Many at once.
	var wg sync.WaitGroup
	for i := range 10_000 {
		wg.Go(func() { time.Sleep(time.Duration(i%20) * time.Millisecond) })
	}
	wg.Wait()
	fmt.Println("all awake")
}
