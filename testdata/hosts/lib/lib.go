// Package lib waits in several ways.
package lib // want `not registered.* \(register\)`

import (
	"sync"
	"time"
)

// A Counter counts jobs.
type Counter struct {
	sync.Mutex
	n int
}

var total Counter

// Work adds jobs up and reports on done.
func Work(jobs <-chan int, done chan<- error) {
	var wg sync.WaitGroup
	for j := range jobs { // want `range over a channel holds the hub while it waits: replace it by green.Range \(yield\)`
		time.Sleep(time.Millisecond) // want `time.Sleep holds the hub while it sleeps: replace it by green.Sleep \(yield\)`
		wg.Go(func() {               // want `sync.\(\*WaitGroup\).Go starts a goroutine outside the hub: replace it by green.WaitGo \(yield\)`
			total.Lock() // want `sync.\(\*Mutex\).Lock holds the hub while it waits for the lock: replace it by green.Lock \(yield\)`
			defer total.Unlock()
			total.n += j
		})
	}
	wg.Wait()    // want `sync.\(\*WaitGroup\).Wait holds the hub while it waits for the group: replace it by green.Wait \(yield\)`
	total.Lock() // want `sync.\(\*Mutex\).Lock holds the hub` `total.Mutex is held while send waits, and stays locked if that panics: defer the unlock \(held\)`
	done <- nil  // want `send holds the hub`
	total.Unlock()
}
