package loops // want `not registered`

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
)

var (
	stopped bool
	started bool
	count   atomic.Int64
)

type worker struct {
	flag   atomic.Bool
	closed bool
	n      int32
	m      sync.Map
	c      chan int
	mu     sync.Mutex
}

// Each of these ends when another goroutine has done something, and nothing in it yields.
func waits(ctx context.Context, w *worker, s *semaphore.Weighted) {
	for !w.flag.Load() { // want `polling loop: it never yields, and only another goroutine can change what ends it, w.flag.Load: call green.Poll first`
	}
	for atomic.LoadInt32(&w.n) == 0 { // want `atomic.LoadInt32: call green.Poll first`
		fmt.Sprint(w.n)
	}
	for !w.flag.CompareAndSwap(false, true) { // want `w.flag.CompareAndSwap`
	}
	for w.flag.Swap(true) { // want `polling loop`
	}
	for ctx.Err() == nil { /* compute */ // want `ctx.Err`
		fmt.Fprint(os.Stderr, "")
	}
	for { // want `w.m.Load`
		if _, ok := w.m.Load("x"); ok {
			break
		}
	}
	for { // want `w.flag.Load`
		d := w.flag.Load()
		if d {
			return
		}
	}
	for len(w.c) == 0 { // want `len\(w.c\)`
	}
	for runtime.NumGoroutine() > 1 { // want `runtime.NumGoroutine`
	}
	for !s.TryAcquire(1) { // want `s.TryAcquire`
	}
	for !w.done() { // want `w.done`
		pause()
	}
	begin := time.Now()
	for !w.flag.Load() { // want `polling loop`
		if time.Since(begin) > time.Second {
			panic("late")
		}
		if time.Since(begin) > time.Minute {
			return
		}
	}
	for i := 0; ; { // want `polling loop`
		if w.flag.Load() && i > 0 {
			break
		}
		i++
	}
outer:
	for { // want `polling loop`
		for range 3 {
			if ctx.Err() != nil {
				break outer
			}
		}
	}
	// Behind a comment.
	for !w.flag.Load() { // want `polling loop`
		pause()
	}
}

// done tells what another goroutine does.
func (w *worker) done() bool { return w.flag.Load() }

func pause() {}

// Variables that other functions set, while the loop calls the standard library only.
func variables(w *worker) {
	done := false
	go func() { done = true }() // want `go statement`
	for !done {                 // want `ends it, done: call green.Poll first`
	}
	for !stopped { // want `stopped`
		fmt.Sprint()
	}
	for !w.closed { // want `closed`
	}
	for !started { // nobody sets it
	}
}

func stop(w *worker) {
	stopped = true
	w.closed = true
	w.flag.Store(true)
}

// These yield.
func yields(ctx context.Context, w *worker) {
	for !w.flag.Load() {
		w.mu.Lock() // want `green.Lock`
		w.mu.Unlock()
	}
	for !w.flag.Load() {
		time.Sleep(1) // want `green.Sleep`
	}
	for ctx.Err() == nil {
		runtime.Gosched() // want `green.Yield`
	}
	for ctx.Err() == nil {
		w.step()
	}
	for !w.flag.Load() {
		if !w.mu.TryLock() { // want `green.TryLock`
			continue
		}
		w.mu.Unlock()
	}
}

func (w *worker) step() { w.c <- 1 } // want `green.Send`

// These end without another goroutine, or what they call is not known.
func others(w *worker, next func() bool, list []int, total *atomic.Int64) {
	for !w.flag.Load() && next() {
	}
	for !w.flag.Load() {
		if len(list) == 0 {
			return
		}
		list = list[1:]
	}
	for { // an update without a lock
		old := total.Load()
		if old > 100 {
			return
		}
		if total.CompareAndSwap(old, old+1) {
			break
		}
	}
	for total.Load() < 10 {
		total.Add(1)
	}
	for i := 0; i < 10 && !w.flag.Load(); i++ {
	}
	for begin := time.Now(); time.Since(begin) < time.Second; {
	}
	for n := 10; n > 0; {
		n--
	}
	for !stopped {
		w.quit()
	}
	go func() { // want `go statement`
		for {
		}
	}()
}

func (w *worker) quit() { stopped = true }
