// Goroutines that end as pulled iterators leave nothing of the hub behind: the
// runtime makes the first collector's worker of one, later goroutines of
// others.
package main

import (
	"fmt"
	"iter"
	"runtime"
	"sync"
	"sync/atomic"
)

func main() {
	var wg sync.WaitGroup
	for round := range 20 {
		for range 10 {
			next, stop := iter.Pull(func(yield func(int) bool) { yield(round) })
			next()
			stop()
		}
		runtime.GC()
		var n atomic.Int32
		for range 20 {
			wg.Go(func() { runtime.Gosched(); n.Add(1) })
		}
		wg.Wait()
		fmt.Print(n.Load(), " ")
	}
	fmt.Println()
}
