// Two threads that C has called compute until a third one has run, one of them in a
// callback of a callback: they are made to yield there, go on there, and return
// through C.
//
// needs: cgo
// patched-stderr: ^greenify: thread \d+ computed for
package main

/*
int callback(int, int);
static int bounce(int i, int n) { return callback(i, n) + 1; }
*/
import "C"

import (
	"fmt"
	"sync"
	"sync/atomic"
)

var (
	began [2]atomic.Bool
	ready atomic.Bool
)

//export callback
func callback(i, n C.int) C.int {
	if n > 0 {
		return C.bounce(i, n-1)
	}
	began[i].Store(true)
	for !ready.Load() {
	}
	return 100
}

func main() {
	var wg sync.WaitGroup
	var results [2]int
	for i := range results {
		wg.Go(func() { results[i] = int(C.bounce(C.int(i), C.int(i))) })
	}
	wg.Go(func() {
		for !(began[0].Load() && began[1].Load()) {
		}
		ready.Store(true)
	})
	wg.Wait()
	fmt.Println(results)
}
