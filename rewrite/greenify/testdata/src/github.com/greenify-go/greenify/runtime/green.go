// Package green is a stub: the signatures that the rewriter emits.
package green

import (
	"iter"
	"sync"
	"time"
)

func IsPatched(group string) bool { return false }

func Go(f func()) { go f() }

func Send[T any](c chan<- T, v T)            { c <- v }
func Recv[T any](c <-chan T) T               { return <-c }
func Recv2[T any](c <-chan T) (v T, ok bool) { v, ok = <-c; return v, ok }
func Range[T any](c <-chan T) iter.Seq[T]    { return nil }

func OnceFunc(f func()) func()                                 { return f }
func OnceValue[T any](f func() T) func() T                     { return f }
func OnceValues[T1, T2 any](f func() (T1, T2)) func() (T1, T2) { return f }

type Case interface{ isCase() }

type Received[T any] struct {
	V  T
	OK bool
}

func (*Received[T]) isCase() {}

func OnRecv[T any](c <-chan T) *Received[T] { return nil }
func OnSend[T any](c chan<- T, v T) Case    { return nil }
func Select(cases ...Case) int              { return 0 }

func Lock(l sync.Locker)                 {}
func RLock(l *sync.RWMutex)              {}
func Wait(w interface{ Wait() })         {}
func WaitGo(w *sync.WaitGroup, f func()) {}

func TryLock(l interface{ TryLock() bool }) bool   { return true }
func TryRLock(l interface{ TryRLock() bool }) bool { return true }

func Do(o *sync.Once, f func()) {}
func Sleep(d time.Duration)     {}
func Poll()                     {}
func Yield()                    {}
func Offload(f func())          {}
func NoYield(f func())          {}

func Pull[V any](seq iter.Seq[V]) (next func() (V, bool), stop func()) { return iter.Pull(seq) }
func Pull2[K, V any](seq iter.Seq2[K, V]) (next func() (K, V, bool), stop func()) {
	return iter.Pull2(seq)
}

type Handle struct{}

func (*Handle) Kill() error { return nil }

type Task[T any] struct{ *Handle }

func Spawn[T any](f func() (T, error)) *Task[T]         { return nil }
func WithTimeout(d time.Duration, f func() error) error { return nil }
func WithDeadline(at time.Time, f func() error) error   { return nil }
func InHub() bool                                       { return false }

type Queue[T any] struct{}

func (*Queue[T]) Get() (T, bool) { var zero T; return zero, true }
func (*Queue[T]) Put(v T) error  { return nil }
func (*Queue[T]) Len() int       { return 0 }

type Semaphore struct{}

func (*Semaphore) Acquire(n int) {}
