// Package dep blocks while it is initialized.
package dep

import (
	"fmt"
	"sync"
	"time"
)

// Requests is served by a goroutine that init starts.
var Requests = make(chan chan string)

// Ready is received from a goroutine.
var Ready = func() string {
	c := make(chan string)
	go func() {
		time.Sleep(time.Millisecond)
		c <- "ready"
	}()
	return <-c
}()

func init() {
	var wg sync.WaitGroup
	var mu sync.Mutex
	n := 0
	for range 10 {
		wg.Go(func() {
			mu.Lock()
			defer mu.Unlock()
			time.Sleep(time.Microsecond)
			n++
		})
	}
	wg.Wait()
	fmt.Println("dep: init", n)
	go func() {
		for r := range Requests {
			r <- "served"
		}
	}()
}
