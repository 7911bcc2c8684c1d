package lib // want package:"analyzed"

import (
	"fmt"
	"sync"
	"time"

	green "github.com/greenify-go/greenify/runtime"
)

var mu sync.Mutex

func lock() { mu.Lock() } // want lock:"may block, through sync.\\(\\*Mutex\\).Lock"

func Serve(n int) { // want Serve:"may block, through lib.lock, sync.\\(\\*Mutex\\).Lock"
	lock()
	mu.Unlock()
}

type T[V any] struct{ c chan V }

func (t *T[V]) Get() V { return <-t.c } // want Get:"may block, through receive"

// Recursion ends.
func Even(n int) { // want Even:"may block, through lib.odd, time.Sleep"
	odd(n - 1)
}

func odd(n int) { // want odd:"may block, through time.Sleep"
	Even(n - 1)
	time.Sleep(1)
}

// What is patched, runs in another thread or later, or is left to std's own
// rules does not block.
func Patched() { green.Sleep(1) }

func Starts(c chan int) func() {
	go Serve(1)
	fmt.Println()
	return func() { <-c }
}
