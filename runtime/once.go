package green

import (
	"sync"
	"sync/atomic"
)

// OnceFunc is sync.OnceFunc: f runs at most once, as the green thread that calls
// first, and when it panics every call panics with the same value. A call yields
// only if another one is under way. If f is killed it counts as called.
func OnceFunc(f func()) func() {
	call := onceCall(f, false)
	return func() { call() }
}

// OnceValue is sync.OnceValue, with a wait that yields. If f is killed the next call calls it again.
func OnceValue[T any](f func() T) func() T {
	var v T
	call := onceCall(func() { v = f() }, true)
	return func() T {
		call()
		return v
	}
}

// OnceValues is sync.OnceValues, and what OnceValue says.
func OnceValues[T1, T2 any](f func() (T1, T2)) func() (T1, T2) {
	var (
		v1 T1
		v2 T2
	)
	call := onceCall(func() { v1, v2 = f() }, true)
	return func() (T1, T2) {
		call()
		return v1, v2
	}
}

// onceCall returns f as sync.OnceFunc does: the first panic keeps its stack, the
// later ones repeat its value. Goexit, by which a kill ends f, is not taken for a panic: f counts
// as called then, but is called again by the next caller if it has a value to return.
func onceCall(f func(), again bool) func() {
	var (
		once     atomic.Pointer[sync.Once]
		returned bool
		value    any
	)
	once.Store(new(sync.Once))
	return func() {
		for first := (*sync.Once)(nil); first != once.Load(); {
			first = once.Load()
			Do(first, func() {
				call := f
				defer func() {
					f = nil // what it holds can go
					value = recover()
					switch {
					case returned:
					case deferredBy() != "runtime.Goexit":
						panic(value)
					case again:
						f = call
						once.Store(new(sync.Once))
					default:
						returned = true
					}
				}()
				call()
				returned = true
			})
		}
		if !returned {
			panic(value)
		}
	}
}
