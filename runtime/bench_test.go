package green_test

import (
	"runtime"
	"sync"
	"testing"

	green "github.com/greenify-go/greenify/runtime"
	"github.com/greenify-go/greenify/runtime/patched"
)

// Each benchmark has the operation of plain Go beside that of the package, called
// by a native goroutine (the threads it starts are green all the same) and by a
// green thread. With GREENIFY=off both show what an unpatched program pays.

func inBoth(b *testing.B, plain, f func(n int)) {
	b.Run("plain", func(b *testing.B) { b.ReportAllocs(); plain(b.N) })
	b.Run("native", func(b *testing.B) { b.ReportAllocs(); inNative(func() { f(b.N) }) })
	b.Run("green", func(b *testing.B) { b.ReportAllocs(); inGreen(func() { f(b.N) }) })
}

// One operation is one turn of one of two threads.
func BenchmarkSwitch(b *testing.B) {
	pair := func(n int, start func(func()), yield func(), wait func(*sync.WaitGroup)) {
		var wg sync.WaitGroup
		for range 2 {
			wg.Add(1)
			start(func() {
				defer wg.Done()
				for range n / 2 {
					yield()
				}
			})
		}
		wait(&wg)
	}
	inBoth(b,
		func(n int) { pair(n, func(f func()) { go f() }, runtime.Gosched, (*sync.WaitGroup).Wait) },
		func(n int) { pair(n, green.Go, green.Yield, func(wg *sync.WaitGroup) { green.Wait(wg) }) })
}

// One operation is the start and the end of a thread.
func BenchmarkGo(b *testing.B) {
	inBoth(b, func(n int) {
		var wg sync.WaitGroup
		for range n {
			wg.Add(1)
			go wg.Done()
			wg.Wait()
		}
	}, func(n int) {
		var wg sync.WaitGroup
		done := wg.Done
		for range n {
			wg.Add(1)
			green.Go(done)
			green.Wait(&wg)
		}
	})
}

// One operation is a value from one thread to another.
func BenchmarkChan(b *testing.B) {
	for name, size := range map[string]int{"unbuffered": 0, "buffered": 128} {
		b.Run(name, func(b *testing.B) {
			inBoth(b, func(n int) {
				c := make(chan int, size)
				go func() {
					for i := range n {
						c <- i
					}
					close(c)
				}()
				for range c {
				}
			}, func(n int) {
				c := make(chan int, size)
				green.Go(func() {
					for i := range n {
						green.Send(c, i)
					}
					close(c)
				})
				for range green.Range(c) {
				}
			})
		})
	}
}

// One operation is a send and a receive that need not wait.
func BenchmarkChanReady(b *testing.B) {
	inBoth(b, func(n int) {
		c := make(chan int, 1)
		for i := range n {
			c <- i
			<-c
		}
	}, func(n int) {
		c := make(chan int, 1)
		for i := range n {
			green.Send(c, i)
			green.Recv(c)
		}
	})
}

// One operation is a select of two cases, one of which is ready.
func BenchmarkSelect(b *testing.B) {
	inBoth(b, func(n int) {
		c, done := make(chan int, 1), make(chan struct{})
		for i := range n {
			c <- i
			select {
			case <-c:
			case <-done:
			}
		}
	}, func(n int) {
		c, done := make(chan int, 1), make(chan struct{})
		for i := range n {
			c <- i
			green.Select(green.OnRecv(c), green.OnRecv(done))
		}
	})
}

// One operation is a Lock and an Unlock.
func BenchmarkLock(b *testing.B) {
	inBoth(b, func(n int) {
		var mu sync.Mutex
		for range n {
			mu.Lock()
			mu.Unlock() //lint:ignore SA2001 the pair is what is measured
		}
	}, func(n int) {
		var mu sync.Mutex
		for range n {
			green.Lock(&mu)
			mu.Unlock()
		}
	})
}

// One operation is a call outside the hub.
func BenchmarkCall(b *testing.B) {
	f := func(int) int { return 0 }
	inBoth(b, func(n int) {
		for i := range n {
			f(i)
		}
	}, func(n int) {
		for i := range n {
			patched.Call11(f, i)
		}
	})
}

// One operation is a callback.
func BenchmarkEnter(b *testing.B) {
	f := func(int) int { return 0 }
	enter := patched.Enter11(f)
	run := func(f func(int) int) func(int) {
		return func(n int) {
			for i := range n {
				f(i)
			}
		}
	}
	inBoth(b, run(f), run(enter))
}
