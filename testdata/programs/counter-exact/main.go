// A hundred goroutines, each longer than any time slice, change a counter
// without a lock and call Gosched now and then: no update is lost.
//
// want: 4000
package main

import (
	"fmt"
	"runtime"
	"sync"
)

var counter, sink int

func main() {
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			for j := range 40 {
				n := counter
				for k := range 100_000 {
					sink += k
				}
				counter = n + 1
				if (i+j)%7 == 0 {
					runtime.Gosched()
				}
			}
		})
	}
	wg.Wait()
	fmt.Println(counter)
}
