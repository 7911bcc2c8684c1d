// A goroutine that polls by select with default, by len of a channel and a
// buffered send, or by TryLock and a receive, does not keep for ever from
// running those it polls for. Interleaving: main polls before they have run.
package main

import (
	"fmt"
	"sync"
)

func main() {
	done := make(chan int)
	go func() {
		for i := range 3 {
			done <- i
		}
	}()
	for got := 0; got < 3; {
		select {
		case v := <-done:
			fmt.Println("received", v)
			got++
		default:
		}
	}

	answers := make(chan int, 1)
	questions := make(chan int)
	go func() { answers <- <-questions * 2 }()
	for sent := false; !sent; {
		select {
		case questions <- 21:
			sent = true
		default:
		}
	}
	self := make(chan bool, 1)
	for len(answers) == 0 {
		self <- true
		<-self
	}
	fmt.Println(<-answers)

	var a, b chan int
	c := make(chan int)
	go func() { c <- 1 }()
	for n := 0; n == 0; {
		select {
		case <-a:
		case <-b:
		case n = <-c:
		default:
		}
	}

	// A mutex that its holder gives back only when it runs again.
	var mu sync.Mutex
	locked, give := make(chan bool), make(chan bool)
	go func() {
		mu.Lock()
		locked <- true
		<-give
		mu.Unlock()
	}()
	<-locked
	give <- true
	for !mu.TryLock() {
		self <- true
		<-self
	}
	fmt.Println("locked")
}
