package green

import "sync"

// OnceFunc is sync.OnceFunc: f runs at most once, as the green thread that calls
// first, and when it panics every call panics with the same value. A call yields
// only if another one is under way.
func OnceFunc(f func()) func() {
	call := onceCall(f)
	return func() { call() }
}

// OnceValue is sync.OnceValue likewise.
func OnceValue[T any](f func() T) func() T {
	var v T
	call := onceCall(func() { v = f() })
	return func() T {
		call()
		return v
	}
}

// OnceValues is sync.OnceValues likewise.
func OnceValues[T1, T2 any](f func() (T1, T2)) func() (T1, T2) {
	var (
		v1 T1
		v2 T2
	)
	call := onceCall(func() { v1, v2 = f() })
	return func() (T1, T2) {
		call()
		return v1, v2
	}
}

// onceCall returns f as sync.OnceFunc does: the first panic keeps its stack, the
// later ones repeat its value.
func onceCall(f func()) func() {
	var (
		once     sync.Once
		returned bool
		value    any
	)
	return func() {
		Do(&once, func() {
			defer func() {
				f = nil // what it holds can go
				value = recover()
				if !returned {
					panic(value)
				}
			}()
			f()
			returned = true
		})
		if !returned {
			panic(value)
		}
	}
}
