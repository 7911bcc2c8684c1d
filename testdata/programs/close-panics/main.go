// What closing forbids, as recoverable run-time errors with Go's own texts.
package main

import (
	"fmt"
	"runtime"
)

func main() {
	closed := make(chan int, 1)
	closed <- 1
	close(closed)
	var none chan int
	for _, f := range []func(){
		func() { closed <- 1 },
		func() { close(closed) },
		func() { close(none) },
		func() {
			select {
			case closed <- 1:
			default:
			}
		},
		func() {
			select {
			case <-none:
			case closed <- 1:
			}
		},
		func() {
			defer close(closed)
			panic("first")
		},
		func() { make(chan<- struct{}, 1) <- struct{}{}; go close(make(chan<- int)); panic("unharmed") },
	} {
		func() {
			defer func() {
				r := recover()
				_, rt := r.(runtime.Error)
				fmt.Println(r, rt)
			}()
			f()
		}()
	}
	// The buffer is still there.
	v, ok := <-closed
	w, ok2 := <-closed
	fmt.Println(v, ok, w, ok2, len(closed), cap(closed))
}
