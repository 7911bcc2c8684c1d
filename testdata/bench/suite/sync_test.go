package bench

import (
	"runtime"
	"sync"
	"testing"
)

// One operation is a Lock and an Unlock.
func BenchmarkMutex(b *testing.B) {
	b.Run("free", func(b *testing.B) {
		var mu sync.Mutex
		for range b.N {
			mu.Lock()
			mu.Unlock()
		}
	})
	// Eight goroutines that hold the lock while others run.
	b.Run("contended", func(b *testing.B) {
		var mu sync.Mutex
		together(b, eight(b.N, func() {
			mu.Lock()
			runtime.Gosched()
			mu.Unlock()
		})...)
	})
}

func BenchmarkRWMutex(b *testing.B) {
	b.Run("read", func(b *testing.B) {
		var mu sync.RWMutex
		for range b.N {
			mu.RLock()
			mu.RUnlock()
		}
	})
	b.Run("write", func(b *testing.B) {
		var mu sync.RWMutex
		for range b.N {
			mu.Lock()
			mu.Unlock()
		}
	})
	// Seven readers and a writer that hold the lock while others run.
	b.Run("contended", func(b *testing.B) {
		var mu sync.RWMutex
		fs := eight(b.N, func() {
			mu.RLock()
			runtime.Gosched()
			mu.RUnlock()
		})
		fs[0] = func() {
			for range b.N / 8 {
				mu.Lock()
				runtime.Gosched()
				mu.Unlock()
			}
		}
		together(b, fs...)
	})
}

// eight shares n calls of f among eight functions.
func eight(n int, f func()) []func() {
	fs := make([]func(), 8)
	for i := range fs {
		fs[i] = func() {
			for range (n + i) / 8 {
				f()
			}
		}
	}
	return fs
}

// One operation is two Done and two Wait: there and back.
func BenchmarkWaitGroup(b *testing.B) {
	var ping, pong sync.WaitGroup
	ping.Add(1)
	together(b, func() {
		for range b.N {
			pong.Add(1)
			ping.Done()
			pong.Wait()
		}
	}, func() {
		for range b.N {
			ping.Wait()
			ping.Add(1)
			pong.Done()
		}
	})
}

// One operation is two Signal and two Wait: there and back.
func BenchmarkCond(b *testing.B) {
	var (
		mu   sync.Mutex
		cond = sync.NewCond(&mu)
		turn int
	)
	player := func(me int) func() {
		return func() {
			mu.Lock()
			for range b.N {
				for turn != me {
					cond.Wait()
				}
				turn = 1 - me
				cond.Signal()
			}
			mu.Unlock()
		}
	}
	together(b, player(0), player(1))
}
