// When nothing can run any more the program ends and says who waits for what, on
// which object, who is to unlock it, and where it was started.
//
// exit: 2
// patched-stderr: ^fatal error: all goroutines are asleep - deadlock!
// patched-stderr: thread 1 waits in chan receive on chan int 0x[0-9a-f]+ \(unbuffered\), \d+ s, started as main
// patched-stderr: thread \d+ waits in sync.Mutex.Lock on 0x[0-9a-f]+, its Unlock is deferred by thread \d+, \d+ s, started at .*@holder by thread 1
// patched-stderr: thread \d+ waits in select on .*chan string 0x[0-9a-f]+ \(1 of 1\).*, \d+ s, started at .*@chooser by thread 1
// patched-stderr: thread \d+ waits in select on .*chan int 0x[0-9a-f]+ \(unbuffered\).*, \d+ s, started at .*@chooser by thread 1
// patched-stderr: greenify: deadlock, it seems: threads \d+, \d+ wait in a circle; build with -locks to know
// stderr: deadlock!
package main

import (
	"runtime"
	"sync"
)

type account struct {
	sync.Mutex
	money int
}

var a, b account

func transfer(from, to *account) {
	from.Lock()
	defer from.Unlock()
	runtime.Gosched()
	to.Lock()
	defer to.Unlock()
}

func main() {
	go transfer(&b, &a)
	go transfer(&a, &b) // @holder
	full, never := make(chan string, 1), make(chan int)
	full <- "full"
	go func() { // @chooser
		select {
		case full <- "more":
		case <-never:
		}
	}()
	<-never
}
