// With GOTRACEBACK=all a crash shows every parked goroutine, what it waits for,
// its stack and where it was started.
//
// env: GOTRACEBACK=all
// exit: 2
// stderr: (?s)panic: all of you\n\ngoroutine \d+ \[running\]:\nmain\.main\.func1.*?@panic.*?created by time\.goFunc
// stderr: goroutine \d+ \[chan receive\]:\nmain\.receiver.*\n.*@receive.*\ncreated by main\.main.*\n.*@go
// stderr: goroutine \d+ \[chan send\]:\nmain\.sender.*\n.*@send
// stderr: (?s)goroutine \d+ \[sync\.Mutex\.Lock\]:[^\[]*?main\.locker
// stderr: (?s)goroutine 1 \[sleep\]:\n[^\[]*main\.main\(\)\n.*?@sleep
package main

import (
	"fmt"
	"sync"
	"time"

	"programs/internal/parked"
)

func main() {
	c := make(chan int)
	d := make(chan int)
	var mu sync.Mutex
	mu.Lock()
	go receiver(c) // @go
	go sender(d)
	go locker(&mu)
	parked.Wait("chan receive", 1)
	parked.Wait("chan send", 1)
	parked.Wait("sync.Mutex.Lock", 1)
	time.AfterFunc(time.Millisecond, func() {
		fmt.Println("now")
		panic("all of you") // @panic
	})
	time.Sleep(time.Hour) // @sleep
}

func receiver(c chan int) {
	<-c // @receive
}

func sender(c chan int) {
	c <- 1 // @send
}

func locker(mu *sync.Mutex) { mu.Lock() }
