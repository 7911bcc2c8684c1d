// A go statement evaluates function value and arguments in the calling
// goroutine, in the usual order; only the call runs in the new one.
package main

import (
	"fmt"
	"runtime"

	"programs/internal/parked"
)

var out = make(chan string)

func trace[T any](what string, v T) T {
	fmt.Println("eval", what)
	return v
}

type server struct{ name string }

func (s server) serve(args ...any) { out <- fmt.Sprint("serve ", s.name, args) }

func two() (string, int)   { return trace("two", "a"), 2 }
func pair(s string, n int) { out <- fmt.Sprint("pair ", s, n) }

func main() {
	ch := make(chan int, 3)
	ch <- 1
	ch <- 2
	s := server{"first"}
	x := 10
	go trace("receiver", s).serve(<-ch, trace("x", x), <-ch, trace("last", 0))
	s, x = server{"second"}, 20
	fmt.Println("started", len(ch), "left")
	fmt.Println(<-out)

	f := func(n int) { out <- fmt.Sprint("old ", n) }
	go f(x)
	f, x = func(int) { out <- "new" }, 30
	fmt.Println(<-out)

	serve := s.serve // a method value holds a copy of its receiver
	s.name = "third"
	go serve(x)
	fmt.Println(<-out)

	go pair(two())
	fmt.Println(<-out)

	// An argument that blocks parks the caller: nothing is started before.
	for runtime.NumGoroutine() > 1 { // those that are ending
		runtime.Gosched()
	}
	lazy := make(chan int)
	go func() {
		parked.Wait("chan receive", 1)
		lazy <- runtime.NumGoroutine()
	}()
	go s.serve("goroutines before the call:", <-lazy)
	fmt.Println(<-out)

	// An argument that panics does so in the caller, and nothing is started.
	func() {
		defer func() { fmt.Println("recovered", recover()) }()
		var none []int
		go s.serve(none[len(ch)])
	}()
	for runtime.NumGoroutine() > 1 { // those that are ending
		runtime.Gosched()
	}
	fmt.Println("none started")
}
