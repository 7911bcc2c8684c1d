// A nil channel is never ready: cases are switched off by setting a channel to
// nil, and one that waits on nil alone waits for ever.
package main

import (
	"fmt"

	"programs/internal/parked"
)

func main() {
	a, b := make(chan int), make(chan int)
	for i, c := range []chan int{a, b} {
		go func() {
			defer close(c)
			for j := range 3 {
				c <- i*10 + j
			}
		}()
	}
	sum, n := 0, 0
	for a != nil || b != nil {
		select {
		case v, ok := <-a:
			if !ok {
				a = nil
				continue
			}
			sum, n = sum+v, n+1
		case v, ok := <-b:
			if !ok {
				b = nil
				break
			}
			sum, n = sum+v, n+1
		}
	}
	fmt.Println(sum, n, len(a), cap(a))

	var none chan int
	select {
	case none <- 1:
	case <-none:
	default:
		fmt.Println("default")
	}
	go func() {
		for range none {
		}
		panic("range over nil ended")
	}()
	go func() { panic(<-none) }()
	go func() {
		select {
		case <-none:
		case none <- 1:
		}
		panic("select on nil ended")
	}()
	go func() { select {} }()
	parked.Wait("chan receive (nil chan)", 2)
	parked.Wait("select (no cases)", 1)
	parked.Wait("select", 1)
	fmt.Println("parked for ever")
}
