// Eight goroutines change a counter without a lock and call Gosched now and
// then; from one call to the next is longer than any time slice. No update is
// lost.
//
// env: GREENIFY=busy=off
// want: 48
package main

import (
	"fmt"
	"runtime"
	"sync"
)

var counter, sink int

func main() {
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 6 {
				n := counter
				for k := range 10_000_000 {
					sink += k
				}
				counter = n + 1
				if (i+j)%4 == 0 {
					runtime.Gosched()
				}
			}
		})
	}
	wg.Wait()
	fmt.Println(counter)
}
