package main

import (
	"iter"
	"reflect"
	"runtime"
	"sync"
	"time"
)

// twice lets one goroutine take the pause in f and measures a second caller.
func twice(t *T, f func()) {
	started := make(chan bool)
	go func() { started <- true; f() }()
	<-started
	runtime.Gosched()
	time.Sleep(time.Millisecond)
	t.Call(f)
}

var threadOps = []op{
	{"receive", func(t *T) {
		c := make(chan int)
		t.After(func() { c <- 1 })
		t.Call(func() { <-c })
	}},
	{"receive, comma ok", func(t *T) {
		c := make(chan int)
		t.After(func() { close(c) })
		t.Call(func() { _, _ = <-c })
	}},
	{"receive, buffered", func(t *T) {
		c := make(chan int, 3)
		t.After(func() { c <- 1 })
		t.Call(func() { <-c })
	}},
	{"send", func(t *T) {
		c := make(chan int)
		t.After(func() { <-c })
		t.Call(func() { c <- 1 })
	}},
	{"send, buffer full", func(t *T) {
		c := make(chan int, 1)
		c <- 1
		t.After(func() { <-c })
		t.Call(func() { c <- 2 })
	}},
	{"range over a channel", func(t *T) {
		c := make(chan int)
		t.After(func() { c <- 1; close(c) })
		t.Call(func() {
			for range c {
			}
		})
	}},
	{"select, one receive", func(t *T) {
		c := make(chan int)
		t.After(func() { c <- 1 })
		t.Call(func() {
			select {
			case <-c:
			}
		})
	}},
	{"select, receives", func(t *T) {
		a, b := make(chan int), make(chan int)
		t.After(func() { b <- 1 })
		t.Call(func() {
			select {
			case <-a:
			case <-b:
			}
		})
	}},
	{"select, sends", func(t *T) {
		a, b := make(chan int), make(chan int)
		t.After(func() { <-b })
		t.Call(func() {
			select {
			case a <- 1:
			case b <- 1:
			}
		})
	}},
	{"select, send and receive", func(t *T) {
		a, b := make(chan int), make(chan int)
		t.After(func() { close(b) })
		t.Call(func() {
			select {
			case a <- 1:
			case _, _ = <-b:
			}
		})
	}},
	{"select, timeout", func(t *T) {
		var never chan int
		t.Call(func() {
			select {
			case <-never:
			case <-time.After(pause):
			}
		})
	}},
	{"select with default and Gosched", func(t *T) {
		c := make(chan int)
		t.After(func() { close(c) })
		t.Call(func() {
			for {
				select {
				case <-c:
					return
				default:
					runtime.Gosched()
				}
			}
		})
	}},
	{"sync.Mutex.Lock", func(t *T) {
		var mu sync.Mutex
		mu.Lock()
		t.After(mu.Unlock)
		t.Call(mu.Lock)
	}},
	{"sync.Mutex.Lock as a Locker", func(t *T) {
		var l sync.Locker = new(sync.Mutex)
		l.Lock()
		t.After(func() { l.Unlock() })
		t.Call(func() { l.Lock() })
	}},
	{"sync.Mutex.Lock, embedded", func(t *T) {
		var s struct{ sync.Mutex }
		s.Lock()
		t.After(func() { s.Unlock() })
		t.Call(func() { s.Lock() })
	}},
	{"sync.Mutex, three waiters", func(t *T) {
		var mu sync.Mutex
		var wg sync.WaitGroup
		mu.Lock()
		for range 3 {
			wg.Go(func() { mu.Lock(); time.Sleep(pause / 4); mu.Unlock() })
		}
		mu.Unlock()
		t.Call(wg.Wait)
	}},
	{"sync.RWMutex.Lock", func(t *T) {
		var mu sync.RWMutex
		mu.RLock()
		t.After(mu.RUnlock)
		t.Call(func() { mu.Lock() })
	}},
	{"sync.RWMutex.RLock", func(t *T) {
		var mu sync.RWMutex
		mu.Lock()
		t.After(func() { mu.Unlock() })
		t.Call(func() { mu.RLock() })
	}},
	{"sync.RWMutex.RLocker", func(t *T) {
		var mu sync.RWMutex
		mu.Lock()
		t.After(func() { mu.Unlock() })
		t.Call(func() { mu.RLocker().Lock() })
	}},
	{"sync.Cond.Wait, Signal", func(t *T) {
		c := sync.NewCond(new(sync.Mutex))
		t.After(func() { c.L.Lock(); c.Signal(); c.L.Unlock() })
		c.L.Lock()
		t.Call(func() { c.Wait() })
		c.L.Unlock()
	}},
	{"sync.Cond.Wait, Broadcast", func(t *T) {
		c := sync.NewCond(new(sync.Mutex))
		t.After(func() { c.L.Lock(); c.Broadcast(); c.L.Unlock() })
		c.L.Lock()
		t.Call(func() { c.Wait() })
		c.L.Unlock()
	}},
	{"sync.WaitGroup.Wait", func(t *T) {
		var wg sync.WaitGroup
		wg.Add(1)
		t.After(wg.Done)
		t.Call(func() { wg.Wait() })
	}},
	{"sync.WaitGroup.Go", func(t *T) {
		var wg sync.WaitGroup
		wg.Go(func() { time.Sleep(pause) })
		t.Call(func() { wg.Wait() })
	}},
	{"sync.Once.Do, second caller", func(t *T) {
		var once sync.Once
		twice(t, func() { once.Do(func() { time.Sleep(pause) }) })
	}},
	{"sync.OnceFunc, second caller", func(t *T) {
		twice(t, sync.OnceFunc(func() { time.Sleep(pause) }))
	}},
	{"sync.OnceValue, second caller", func(t *T) {
		f := sync.OnceValue(func() int { time.Sleep(pause); return 1 })
		twice(t, func() { f() })
	}},
	{"sync.OnceValues, second caller", func(t *T) {
		f := sync.OnceValues(func() (int, error) { time.Sleep(pause); return 1, nil })
		twice(t, func() { f() })
	}},
	{"runtime.Gosched", func(t *T) {
		t.Call(func() {
			for start := time.Now(); time.Since(start) < pause; {
				runtime.Gosched()
			}
		})
	}},
	{"runtime.LockOSThread and receive", func(t *T) {
		runtime.LockOSThread()
		t.Defer(runtime.UnlockOSThread)
		c := make(chan int)
		t.After(func() { close(c) })
		t.Call(func() { <-c })
	}},
	{"reflect.Value.Recv", func(t *T) {
		c := make(chan int)
		t.After(func() { c <- 1 })
		t.Call(func() { reflect.ValueOf(c).Recv() })
	}},
	{"reflect.Value.Send", func(t *T) {
		c := make(chan int)
		t.After(func() { <-c })
		t.Call(func() { reflect.ValueOf(c).Send(reflect.ValueOf(1)) })
	}},
	{"reflect.Select", func(t *T) {
		a, b := make(chan int), make(chan int)
		t.After(func() { close(b) })
		t.Call(func() {
			reflect.Select([]reflect.SelectCase{
				{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(a)},
				{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(b)},
			})
		})
	}},
	{"range over a function that waits", func(t *T) {
		seq := func(yield func(int) bool) { time.Sleep(pause); yield(1) }
		t.Call(func() {
			for range seq {
			}
		})
	}},
	{"iter.Pull, an iterator that waits", func(t *T) {
		var seq iter.Seq[int] = func(yield func(int) bool) { time.Sleep(pause); yield(1) }
		next, stop := iter.Pull(seq)
		t.Defer(stop)
		t.Call(func() { next() })
	}},
	{"defer that waits", func(t *T) {
		t.Call(func() { defer time.Sleep(pause) })
	}},
	{"a pipeline of goroutines", func(t *T) {
		first := make(chan int)
		last := first
		for range 20 {
			in, out := last, make(chan int)
			go func() { out <- <-in }()
			last = out
		}
		t.After(func() { first <- 1 })
		t.Call(func() { <-last })
	}},
}
