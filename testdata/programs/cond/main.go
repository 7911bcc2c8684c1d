// Signal wakes the one that has waited longest, Broadcast all that wait now and
// nobody who comes later. Interleaving: they come one by one.
package main

import (
	"fmt"
	"slices"
	"sync"

	"programs/internal/parked"
)

func main() {
	c := sync.NewCond(new(sync.Mutex))
	woken := make(chan int, 10)
	wait := func(i int) {
		c.L.Lock()
		c.Wait()
		c.L.Unlock()
		woken <- i
	}
	c.Signal() // nobody waits: lost
	c.Broadcast()
	for i := range 5 {
		go wait(i)
		parked.Wait("sync.Cond.Wait", i+1)
	}
	for range 3 {
		c.Signal()
		fmt.Print(<-woken, " ")
	}
	fmt.Println()
	go wait(5)
	parked.Wait("sync.Cond.Wait", 3)
	c.L.Lock()
	c.Broadcast()
	select {
	case i := <-woken:
		fmt.Println("woken without the lock", i)
	default:
	}
	c.L.Unlock()
	rest := []int{<-woken, <-woken, <-woken}
	slices.Sort(rest)
	fmt.Println(rest)
	go wait(6)
	parked.Wait("sync.Cond.Wait", 1)
	select {
	case i := <-woken:
		fmt.Println("woken by an old broadcast", i)
	default:
		fmt.Println("waits for the next one")
	}
	c.Signal()
	fmt.Println(<-woken)

	// A queue with a bound: producers and consumers wait on two conditions.
	var mu sync.Mutex
	notEmpty, notFull := sync.NewCond(&mu), sync.NewCond(&mu)
	var queue []int
	var wg sync.WaitGroup
	sum := 0
	for i := range 10 {
		wg.Go(func() {
			for j := range 20 {
				mu.Lock()
				for len(queue) == 3 {
					notFull.Wait()
				}
				queue = append(queue, i*20+j)
				mu.Unlock()
				notEmpty.Signal()
			}
		})
		wg.Go(func() {
			for range 20 {
				mu.Lock()
				for len(queue) == 0 {
					notEmpty.Wait()
				}
				sum += queue[0]
				queue = queue[1:]
				mu.Unlock()
				notFull.Signal()
			}
		})
	}
	wg.Wait()
	fmt.Println(sum)
}
