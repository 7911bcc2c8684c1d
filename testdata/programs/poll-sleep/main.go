// time.Sleep of no time, or less, yields: all that are ready run before it returns. So a
// loop over it, or over the number of goroutines, ends.
//
// want: [1 2 3]
// want: slept
// want: alone
package main

import (
	"fmt"
	"runtime"
	"time"
)

func main() {
	var order []int
	for _, d := range []time.Duration{0, -1, -time.Hour} {
		go func() { order = append(order, len(order)+1) }()
		time.Sleep(d)
	}
	fmt.Println(order)

	done := false
	go func() {
		time.Sleep(time.Millisecond)
		done = true
	}()
	for !done {
		time.Sleep(0)
	}
	fmt.Println("slept")

	go time.Sleep(time.Millisecond)
	for runtime.NumGoroutine() > 1 {
	}
	fmt.Println("alone")
}
