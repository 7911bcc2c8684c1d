// Everybody waits on a channel: the program ends, naming what each waits for.
//
// exit: 2
// stderr: fatal error: all (goroutines|green threads) are asleep - deadlock!
// stderr: (?s)chan receive.*@receive
// stderr: (?s)chan send.*@send
// stderr: (?s)select.*@select
// stderr: nil chan
package main

import (
	"fmt"
	"time"
)

func main() {
	c, d, e := make(chan int), make(chan int), make(chan int)
	go func() {
		c <- 1
		d <- 1 // @send
	}()
	go func() {
		var none chan int
		select { // @select
		case <-e:
		case none <- 1:
		}
	}()
	go func() {
		var none chan int
		<-none
	}()
	time.Sleep(time.Millisecond) // a timer is no deadlock
	fmt.Println(<-c)
	<-c // @receive
}
