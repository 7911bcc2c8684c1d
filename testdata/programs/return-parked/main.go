// When main returns the program ends, with status 0, whatever the others wait
// for or are ready to do.
package main

import (
	"fmt"
	"runtime"
	"time"

	"programs/internal/parked"
)

func main() {
	defer fmt.Println("main's defer")
	c := make(chan int)
	for range 100 {
		go func() {
			defer fmt.Println("never")
			<-c
		}()
	}
	go func() { time.Sleep(time.Hour) }()
	go func() {
		for {
			runtime.Gosched()
		}
	}()
	parked.Wait("chan receive", 100)
}
