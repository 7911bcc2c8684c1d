// A panic or Goexit in a pulled iterator comes out of next or stop in the
// goroutine that called it, also after the iterator has waited.
package main

import (
	"fmt"
	"iter"
	"runtime"
	"sync"
	"time"
)

func main() {
	failing := func(yield func(int) bool) {
		defer func() { fmt.Println("iterator's defer") }()
		time.Sleep(time.Millisecond)
		if !yield(1) {
			panic("at stop")
		}
		c := make(chan int)
		go func() { c <- 1 }()
		<-c
		panic("in next")
	}
	try := func(f func()) {
		defer func() { fmt.Println("recovered", recover()) }()
		f()
	}
	next, stop := iter.Pull(failing)
	fmt.Println(next())
	try(func() { next() })
	fmt.Println(next())
	stop()
	next, stop = iter.Pull(failing)
	fmt.Println(next())
	try(stop)
	fmt.Println(next())

	var wg sync.WaitGroup
	wg.Go(func() {
		next, stop := iter.Pull(func(yield func(int) bool) {
			defer fmt.Println("goexit: iterator's defer")
			time.Sleep(time.Millisecond)
			runtime.Goexit()
		})
		defer stop()
		defer fmt.Println("goexit: caller's defer")
		next()
		fmt.Println("never")
	})
	wg.Wait()

	// next within the iterator itself.
	var self func() (int, bool)
	self, stop = iter.Pull(func(yield func(int) bool) {
		try(func() { self() })
		yield(5)
	})
	fmt.Println(self())
	stop()
	for runtime.NumGoroutine() > 1 { // those that are ending
		runtime.Gosched()
	}
	fmt.Println("all gone")
}
