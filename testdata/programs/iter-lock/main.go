// A pulled iterator shares the thread that its caller is locked to.
package main

import (
	"fmt"
	"iter"
	"runtime"
	"sync"
	"syscall"
	"time"
)

func main() {
	c := make(chan int)
	go func() {
		for i := 0; ; i++ {
			c <- i
		}
	}()
	var wg sync.WaitGroup
	same := make([]bool, 10)
	for i := range same {
		wg.Go(func() {
			runtime.LockOSThread()
			if i%2 == 0 {
				defer runtime.UnlockOSThread()
			}
			id := syscall.Gettid()
			next, stop := iter.Pull(func(yield func(int) bool) {
				for range 20 {
					runtime.Gosched()
					time.Sleep(time.Microsecond)
					<-c
					if !yield(syscall.Gettid()) {
						return
					}
				}
			})
			defer stop()
			same[i] = true
			for v, ok := next(); ok; v, ok = next() {
				runtime.Gosched()
				same[i] = same[i] && v == id && syscall.Gettid() == id
			}
		})
	}
	wg.Wait()
	fmt.Println(same)
}
