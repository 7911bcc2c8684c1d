// Sleepers wake in the order of their times, never early; Sleep of nothing
// returns.
package main

import (
	"fmt"
	"sync"
	"time"
)

func main() {
	var mu sync.Mutex
	var wg sync.WaitGroup
	var order []int
	early := false
	start := time.Now()
	for _, i := range []int{4, 1, 3, 0, 2} {
		wg.Go(func() {
			d := time.Duration(i) * 60 * time.Millisecond
			time.Sleep(d)
			mu.Lock()
			defer mu.Unlock()
			order = append(order, i)
			early = early || time.Since(start) < d
		})
	}
	wg.Wait()
	time.Sleep(0)
	time.Sleep(-time.Second)
	fmt.Println(order, early)

	// Many at once.
	for i := range 10_000 {
		wg.Go(func() { time.Sleep(time.Duration(i%20) * time.Millisecond) })
	}
	wg.Wait()
	fmt.Println("all awake")
}
