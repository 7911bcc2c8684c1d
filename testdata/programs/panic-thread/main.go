// An unrecovered panic in a goroutine, while main and others are parked, runs
// its defers only and ends the program with its own stack.
//
// exit: 2
// stderr: same
// stderr: (?s)panic: boom 3\n\ngoroutine \d+ \[running\]:\n.*panic-thread/@panic.*main\.work.*@call.*created by main\.main.*@go
package main

import (
	"fmt"

	"programs/internal/parked"
)

func main() {
	defer fmt.Println("never: main's defer")
	start := make(chan int)
	go func() {
		defer fmt.Println("never: another's defer")
		<-make(chan int)
	}()
	go work(start, 3) // @go
	parked.Wait("chan receive", 2)
	start <- 0
	select {}
}

func work(start chan int, n int) {
	if n > 0 {
		work(start, n-1) // @call
		return
	}
	defer func() {
		fmt.Println("deferred")
	}()
	<-start
	panic(fmt.Sprint("boom ", 3)) // @panic
}
