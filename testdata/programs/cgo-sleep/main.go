// A long call into C does not hold up the others, a short one keeps its turn. Each long
// one is over only once a ticker has ticked twice meanwhile.
//
// needs: cgo
package main

/*
#include <unistd.h>
static int add(int a, int b) { return a + b; }
static int ticks;
static int *ticked(void) { return &ticks; }
static void nap(void) {
	int n = __atomic_load_n(&ticks, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&ticks, __ATOMIC_SEQ_CST) < n + 2) usleep(5000);
}
*/
import "C"

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
)

func main() {
	var wg sync.WaitGroup
	over := make(chan bool)
	for range 5 {
		wg.Go(func() {
			for range 4 {
				C.nap()
			}
		})
	}
	go func() {
		wg.Wait()
		close(over)
	}()
	ticks := (*atomic.Int32)(unsafe.Pointer(C.ticked()))
	t := time.NewTicker(time.Millisecond)
	for open := true; open; {
		select {
		case <-t.C:
			ticks.Add(1)
		case <-over:
			open = false
		}
	}
	fmt.Println("ticked meanwhile:", ticks.Load() >= 8)

	sums := make([]int, 10)
	for i := range sums {
		wg.Go(func() {
			for range 1000 {
				sums[i] = int(C.add(C.int(sums[i]), 1))
			}
		})
	}
	wg.Wait()
	fmt.Println(sums)
}
