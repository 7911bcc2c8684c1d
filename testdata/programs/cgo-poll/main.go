// A goroutine that polls by C, which computes for most of the time, or is polled by C,
// does not keep from running for ever the one that it polls for. (An empty stderr says
// that it yields when its time slice is over, and is not cut in a computation.)
//
// needs: cgo
package main

/*
static int spin(int n) {
	volatile int i;
	for (i = 0; i < n; i++);
	return 0;
}
int done(void);
static void poll(void) {
	while (!done()) spin(100);
}
*/
import "C"

import (
	"fmt"
	"sync/atomic"
)

var over atomic.Bool

//export done
func done() C.int {
	if over.Load() {
		return 1
	}
	return 0
}

func main() {
	for range 8 {
		over.Store(false)
		go func() { over.Store(true) }()
		for !over.Load() {
			C.spin(100)
		}

		over.Store(false)
		go func() {
			go func() { over.Store(true) }()
		}()
		C.poll()
	}
	fmt.Println("polled by C, and from C")
}
