// Package native is the module at the other end: where the patch is in the source, nothing patches
// it, and what it starts are goroutines beside the hub.
package native

import (
	"runtime"
	"sync"
)

// Go runs f in a goroutine.
func Go(f func()) { go f() }

// Each runs f(0) to f(n-1) in goroutines and waits for them.
func Each(n int, f func(int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}

// Series brings 1 to n through a channel, which it closes.
func Series(n, size int) <-chan int {
	c := make(chan int, size)
	go func() {
		defer close(c)
		for i := range n {
			c <- i + 1
			runtime.Gosched()
		}
	}()
	return c
}

// Echo sends on what comes, until in is closed, and closes out.
func Echo(in <-chan int, out chan<- int) {
	go func() {
		defer close(out)
		for v := range in {
			out <- v
		}
	}()
}

// Sum adds up what comes, and answers through a channel.
func Sum(in <-chan int) <-chan int {
	out := make(chan int)
	go func() {
		s := 0
		for v := range in {
			s += v
		}
		out <- s
	}()
	return out
}

// Locked calls f in a goroutine with the lock held, and waits for it.
func Locked(l sync.Locker, f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.Lock()
		defer l.Unlock()
		f()
	}()
	<-done
}

// Callback calls f here.
func Callback(f func() int) int { return f() }

// A Keeper keeps a function and calls it later, in a goroutine of its own.
type Keeper struct{ f func(int) int }

// Keep keeps f.
func (k *Keeper) Keep(f func(int) int) { k.f = f }

// Ask calls what is kept.
func (k *Keeper) Ask(v int) int {
	c := make(chan int)
	go func() { c <- k.f(v) }()
	return <-c
}
