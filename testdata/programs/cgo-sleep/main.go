// A long call into C does not hold up the others, a short one keeps its turn.
//
// needs: cgo
package main

/*
#include <unistd.h>
static int add(int a, int b) { return a + b; }
static int nap(int ms) { return usleep(ms * 1000); }
*/
import "C"

import (
	"fmt"
	"sync"
	"time"
)

func main() {
	var wg sync.WaitGroup
	over := make(chan bool)
	for range 5 {
		wg.Go(func() {
			for range 4 {
				C.nap(25)
			}
		})
	}
	go func() {
		wg.Wait()
		close(over)
	}()
	ticks := 0
	t := time.NewTicker(time.Millisecond)
	for open := true; open; {
		select {
		case <-t.C:
			ticks++
		case <-over:
			open = false
		}
	}
	fmt.Println("ticked meanwhile:", ticks >= 5)

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
