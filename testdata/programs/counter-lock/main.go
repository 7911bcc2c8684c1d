// A lock is held while its holder waits, so the others wait for it in turn: one
// after the other gets it, in the order in which they came. Interleaving: all have
// come before the first gives it back.
package main

import (
	"fmt"
	"sync"
)

func main() {
	var mu sync.Mutex
	turn := make(chan int)
	var order []int
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			mu.Lock()
			defer mu.Unlock()
			order = append(order, <-turn)
		})
	}
	for i := range 5 {
		turn <- i
	}
	wg.Wait()
	fmt.Println(order)
}
