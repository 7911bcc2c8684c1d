// LockOSThread in init keeps main on the first thread of the process, whatever
// it waits for.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"syscall"
	"time"
)

func init() { runtime.LockOSThread() }

func main() {
	check := func(what string) { fmt.Println(what, syscall.Gettid() == syscall.Getpid()) }
	check("start")
	c := make(chan bool)
	go func() {
		for i := range 200 {
			if i%20 == 0 {
				time.Sleep(time.Microsecond)
			}
			c <- syscall.Gettid() == syscall.Getpid()
		}
		close(c)
	}()
	others := 0
	for first := range c {
		if first {
			others++
		}
		if syscall.Gettid() != syscall.Getpid() {
			check("in the loop")
		}
	}
	fmt.Println("others on the first thread:", others)
	check("channel")
	time.Sleep(time.Millisecond)
	check("sleep")
	var wg sync.WaitGroup
	wg.Go(func() { runtime.Gosched() })
	wg.Wait()
	check("wait group")
	var mu sync.Mutex
	mu.Lock()
	go mu.Unlock()
	mu.Lock()
	check("mutex")
	runtime.GC()
	check("collection")
}
