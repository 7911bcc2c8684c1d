// A send evaluates channel and value, in that order, before it begins; it moves
// nothing if one of them panics.
package main

import (
	"fmt"

	"programs/internal/parked"
)

func trace[T any](what string, v T) T {
	fmt.Println("eval", what)
	return v
}

func main() {
	c, d := make(chan int), make(chan int, 3)
	got := make(chan int)
	go func() {
		for v := range c {
			got <- v
		}
	}()
	trace("channel", c) <- trace("value", 1)
	fmt.Println("got", <-got)

	// The value is a receive, whose channel is a receive.
	chans := make(chan chan int, 1)
	chans <- d
	d <- 2
	trace("channel", c) <- <-<-chans
	fmt.Println("got", <-got)

	// A value that closes over the channel's variable sees the send pending.
	func() {
		defer func() { fmt.Println("recovered", recover(), "left", len(d)) }()
		trace("channel", d) <- func() int { panic("no value") }()
	}()
	func() {
		defer func() { fmt.Println("recovered", recover(), "left", len(d)) }()
		d <- func() int { close(d); return 1 }()
	}()

	// A nil channel: both are evaluated, then the send blocks for ever.
	evaluated := make(chan bool, 1)
	go func() {
		var none chan int
		none <- func() int { evaluated <- true; return 0 }()
		panic("sent to nil")
	}()
	fmt.Println("evaluated", <-evaluated)
	parked.Wait("chan send (nil chan)", 1)
	fmt.Println("parked for ever")
}
