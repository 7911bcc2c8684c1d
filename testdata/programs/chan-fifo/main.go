// Parked receivers and senders are served in the order in which they came, with
// or without a buffer. Interleaving: they park one by one.
package main

import (
	"fmt"
	"runtime"

	"programs/internal/parked"
)

func main() {
	for _, size := range []int{0, 2} {
		c := make(chan int, size)
		got := make(chan [2]int)
		for i := range 5 {
			go func() { got <- [2]int{i, <-c} }()
			parked.Wait("chan receive", i+1)
		}
		for i := range 5 {
			c <- i
			pair := <-got
			fmt.Print("receiver ", pair[0], " got ", pair[1], "; ")
		}
		fmt.Println()

		for i := range 5 + size {
			go func() { c <- i }()
			if i < size {
				for len(c) <= i {
					runtime.Gosched()
				}
				continue
			}
			parked.Wait("chan send", i-size+1)
		}
		for range 5 + size {
			fmt.Print(<-c, " ")
		}
		fmt.Println()

		// A select in the queue keeps its place, and leaves the queue of the
		// other channel once it is served.
		other := make(chan int)
		go func() {
			select {
			case v := <-c:
				got <- [2]int{10, v}
			case v := <-other:
				got <- [2]int{20, v}
			}
		}()
		parked.Wait("select", 1)
		go func() { got <- [2]int{11, <-c} }()
		parked.Wait("chan receive", 1)
		c <- 1
		fmt.Print(<-got, " ")
		c <- 2
		fmt.Print(<-got, " ")
		select {
		case other <- 3:
			fmt.Println("stale waiter")
		default:
			fmt.Println("no stale waiter")
		}
	}
}
