// A goroutine that comes back from a long system call waits for its turn: an
// unsynchronised counter stays exact.
//
// want: 80
package main

import (
	"fmt"
	"sync"
	"syscall"
)

var counter, sink int

func main() {
	var wg sync.WaitGroup
	done := false
	for range 20 {
		wg.Go(func() {
			for range 4 {
				ts := syscall.Timespec{Nsec: 15e6}
				syscall.Nanosleep(&ts, nil) // blocks in the kernel
				n := counter
				for k := range 50_000 {
					sink += k
				}
				counter = n + 1
			}
		})
	}
	// Somebody who is always busy and never yields for long.
	go func() {
		for !done {
			n := counter
			for k := range 50_000 {
				sink += k
			}
			counter = n
			syscall.Nanosleep(&syscall.Timespec{Nsec: 1000}, nil)
		}
	}()
	wg.Wait()
	done = true
	fmt.Println(counter)
}
