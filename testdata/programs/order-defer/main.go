// A defer statement evaluates function value and arguments when it is reached;
// the calls run last in, first out, also when they park in channel operations.
package main

import (
	"fmt"
	"time"
)

func trace[T any](what string, v T) T {
	fmt.Println("eval", what)
	return v
}

func work(ch chan int, done chan bool) (n int) {
	defer close(trace("done", done))
	defer func(v int) { fmt.Println("deferred with", v, "result", n) }(<-ch)
	defer func() {
		n = <-ch // parks
		fmt.Println("received", n)
	}()
	defer func() {
		time.Sleep(time.Millisecond)
		ch <- 7 // parks
		fmt.Println("sent")
	}()
	f := func() { fmt.Println("old function") }
	defer f()
	f = func() { fmt.Println("new function") }
	fmt.Println("body ends")
	return 1
}

func main() {
	ch, done := make(chan int), make(chan bool)
	go func() {
		ch <- 42
		v := <-ch
		ch <- v + 1
	}()
	fmt.Println("returned", work(ch, done))
	_, open := <-done
	fmt.Println("open", open)

	// A nil function panics when the deferred call is made, not before.
	func() {
		defer func() { fmt.Println("recovered", recover()) }()
		var f func()
		defer f()
		fmt.Println("after defer of nil")
	}()

	// Defers run when a receive in the return statement has parked and is over.
	fmt.Println("result", func() (v int) {
		defer func() { v *= 2 }()
		go func() { ch <- 21 }()
		return <-ch
	}())
}
