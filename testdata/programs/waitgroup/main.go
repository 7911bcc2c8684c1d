// A wait group is used again and again, has many waiters, and refuses misuse.
// Interleaving: all waiters are parked before the last Done.
package main

import (
	"fmt"
	"sync"
	"time"

	"programs/internal/parked"
)

func main() {
	var wg, waiters sync.WaitGroup
	wg.Wait() // zero: does not wait
	results := make([]int, 5)
	wg.Add(1)
	for i := range results {
		waiters.Go(func() {
			wg.Wait()
			results[i]++
		})
	}
	parked.Wait("sync.WaitGroup.Wait", 5)
	fmt.Println(results)
	wg.Done()
	waiters.Wait()
	fmt.Println(results)

	total := 0
	var mu sync.Mutex
	for round := range 100 {
		for i := range round % 7 {
			wg.Go(func() {
				if i%3 == 0 {
					time.Sleep(time.Microsecond)
				}
				mu.Lock()
				total += i
				mu.Unlock()
			})
		}
		wg.Wait()
	}
	fmt.Println(total)

	// Adding while it is waited for, by those that are counted.
	var tree func(depth int)
	leaves := make(chan bool, 64)
	tree = func(depth int) {
		defer wg.Done()
		if depth == 0 {
			leaves <- true
			return
		}
		wg.Add(2)
		go tree(depth - 1)
		go tree(depth - 1)
	}
	wg.Add(1)
	go tree(6)
	wg.Wait()
	fmt.Println(len(leaves))

	func() {
		defer func() { fmt.Println("recovered", recover()) }()
		new(sync.WaitGroup).Done()
	}()
}
