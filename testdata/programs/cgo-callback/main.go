// C that calls back into Go, which waits for other goroutines, nested, and
// panics through C.
//
// needs: cgo
package main

/*
int callback(int);
static int bounce(int n) { return callback(n) + 1; }
*/
import "C"

import (
	"fmt"
	"runtime"
	"sync"
	"time"
)

var (
	requests = make(chan chan int)
	mu       sync.Mutex
	calls    int
)

//export callback
func callback(n C.int) C.int {
	mu.Lock()
	calls++
	time.Sleep(time.Microsecond)
	mu.Unlock()
	switch {
	case n < 0:
		panic("from the callback")
	case n == 0:
		answer := make(chan int)
		requests <- answer
		return C.int(<-answer)
	}
	runtime.Gosched()
	return C.bounce(n - 1) // deeper
}

func main() {
	go func() {
		for r := range requests {
			time.Sleep(time.Microsecond)
			r <- 100
		}
	}()
	fmt.Println(C.bounce(0), C.bounce(5))

	var wg sync.WaitGroup
	results := make([]int, 20)
	for i := range results {
		wg.Go(func() { results[i] = int(C.bounce(C.int(i % 4))) })
	}
	wg.Wait()
	fmt.Println(results, calls)

	func() {
		defer func() { fmt.Println("recovered", recover()) }()
		C.bounce(-1)
	}()
	done := make(chan bool)
	go func() {
		defer close(done)
		defer func() { fmt.Println("recovered", recover()) }()
		C.bounce(-1)
	}()
	<-done
	fmt.Println(C.bounce(1))
}
