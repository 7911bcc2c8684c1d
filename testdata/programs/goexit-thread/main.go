// runtime.Goexit runs the defers of its goroutine, parking ones too, and ends
// only that one; it is no panic, cannot be recovered, and aborts one.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"time"
)

func main() {
	var wg sync.WaitGroup
	var mu sync.Mutex
	out := make(chan string)
	wg.Go(func() {
		defer func() {
			r := recover()
			mu.Lock() // held by main: parks
			defer mu.Unlock()
			time.Sleep(time.Millisecond)
			out <- fmt.Sprint("deferred, recovered ", r)
		}()
		func() {
			defer func() { out <- "inner" }()
			runtime.Goexit()
		}()
		out <- "never"
	})
	mu.Lock()
	fmt.Println(<-out)
	mu.Unlock()
	fmt.Println(<-out)
	wg.Wait()

	// From within a panic: the panic is gone.
	wg.Go(func() {
		defer func() { out <- fmt.Sprint("outer recovered ", recover()) }()
		defer runtime.Goexit()
		panic("aborted by Goexit")
	})
	fmt.Println(<-out)
	wg.Wait()

	// A panic in a defer of Goexit, recovered: the Goexit goes on.
	wg.Go(func() {
		defer func() { out <- fmt.Sprint("still exiting, recovered ", recover()) }()
		func() {
			defer func() {
				defer func() { out <- fmt.Sprint("recovered ", recover()) }()
				panic("in a defer")
			}()
			runtime.Goexit()
		}()
		out <- "never"
	})
	fmt.Println(<-out)
	fmt.Println(<-out)
	wg.Wait()

	// Goexit within a range over a function, and within a select.
	c := make(chan int, 1)
	c <- 1
	wg.Go(func() {
		defer close(out)
		for range func(yield func() bool) {
			defer func() { out <- "iterator's defer" }()
			yield()
		} {
			select {
			case <-c:
				runtime.Goexit()
			}
		}
		out <- "never"
	})
	for s := range out {
		fmt.Println(s)
	}
	for runtime.NumGoroutine() > 1 { // those that are ending
		runtime.Gosched()
	}
	fmt.Println("all gone")
}
