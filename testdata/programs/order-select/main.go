// select evaluates the channels of all cases and the values of all sends, once
// and in source order; the left side of a receive only if it is chosen, after
// the value has been received. Both when a case is ready and when it parks.
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
	full, a, b := make(chan int, 1), make(chan int, 1), make(chan int, 1)
	full <- 0
	var x, y [2]int
	var ok [2]bool

	choose := func() {
		select {
		case trace("full", full) <- trace("value", 1):
			fmt.Println("sent")
		case x[trace("index of a", 0)] = <-trace("a", a):
			fmt.Println("a", x)
		case y[trace("index of b", 1)], ok[trace("ok of b", 1)] = <-trace("b", b):
			fmt.Println("b", y, ok)
		}
	}

	a <- 7
	choose() // ready
	done := make(chan bool)
	go func() {
		choose() // parks
		close(done)
	}()
	parked.Wait("select", 1)
	fmt.Println("parked")
	b <- 8
	<-done

	select {
	case trace("full", full) <- trace("value", 2):
	case x[trace("index", 0)] = <-trace("a", a):
	default:
		fmt.Println("default")
	}

	// The left side panics: the value is gone.
	func() {
		defer func() { fmt.Println("recovered", recover(), "left", len(a)) }()
		a <- 9
		var m map[string]int
		select {
		case m["nil map"] = <-a:
		case <-b:
		}
	}()

	// A send in a case whose value is itself received, though not chosen.
	a <- 10
	select {
	case full <- <-a:
	default:
		fmt.Println("default, left", len(a))
	}

	// The left side may change what it is assigned with.
	p := &x[0]
	b <- 11
	select {
	case *func() *int { p = &x[1]; return p }() = <-b:
	}
	fmt.Println(x)

	// A panic in an operand: nothing is received from the others.
	b <- 12
	func() {
		defer func() { fmt.Println("recovered", recover(), "left", len(b)) }()
		select {
		case <-b:
		case full <- func() int { panic("operand") }():
		}
	}()
}
