// os.Exit ends the program at once, whatever the others wait for: no defers.
//
// exit: 3
package main

import (
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"programs/internal/parked"
)

func main() {
	defer fmt.Println("never: main's defer")
	var mu sync.Mutex
	var wg sync.WaitGroup
	wg.Add(1)
	mu.Lock()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	for _, wait := range []func(){
		func() { <-make(chan int) },
		func() { make(chan int) <- 1 },
		func() { select {} },
		mu.Lock,
		wg.Wait,
		func() { time.Sleep(time.Hour) },
		func() { l.Accept() },
	} {
		for range 10 {
			go func() {
				defer fmt.Println("never")
				wait()
			}()
		}
	}
	parked.Wait("IO wait", 1)
	parked.Wait("sleep", 10)
	parked.Wait("sync.Mutex.Lock", 10)
	go func() {
		defer fmt.Println("never")
		fmt.Println("leaving")
		os.Exit(3)
	}()
	select {}
}
