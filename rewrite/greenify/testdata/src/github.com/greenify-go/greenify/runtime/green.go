// Package green is a stub: the signatures that the rewriter emits.
package green

import (
	"io"
	"iter"
	"sync"
	"time"
)

func Main(rules string) func()            { return func() {} }
func Test(rules string) func()            { return func() {} }
func Register(pkg, rules string) struct{} { return struct{}{} }
func IsPatched(group string) bool         { return false }

func Go(f func()) { go f() }

func Send[T any](c chan<- T, v T)            { c <- v }
func To[T any](c chan<- T) Sender[T]         { return Sender[T]{c} }
func Recv[T any](c <-chan T) T               { return <-c }
func Recv2[T any](c <-chan T) (v T, ok bool) { v, ok = <-c; return v, ok }
func Range[T any](c <-chan T) iter.Seq[T]    { return nil }

func Recv2To[B ~bool, T any](c <-chan T) (v T, ok B) { return }

func Reader(r io.Reader) io.Reader { return r }
func Writer(w io.Writer) io.Writer { return w }

func OnceFunc(f func()) func()                                 { return f }
func OnceValue[T any](f func() T) func() T                     { return f }
func OnceValues[T1, T2 any](f func() (T1, T2)) func() (T1, T2) { return f }

type Sender[T any] struct{ c chan<- T }

func (s Sender[T]) Send(v T)      {}
func (s Sender[T]) Case(v T) Case { return nil }

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

func GroupGo(g interface{ Go(func() error) }, f func() error) {}

func Do(o *sync.Once, f func()) {}
func Sleep(d time.Duration)     {}
func Poll()                     {}
func Yield()                    {}
func Offload(f func())          {}
func NoYield(f func())          {}

// What call_gen.go, which gen.go writes here too, needs.

type thread struct{}

func self() *thread          { return nil }
func callback() *thread      { return nil }
func waits(v, f any) bool    { return false }
func (*thread) leave(string) {}
func (*thread) back()        {}
func (*thread) end()         {}

const (
	inSource   = true
	nativeCall = ""
)

func Enter() (end func())               { return func() {} }
func EnterReader(r io.Reader) io.Reader { return r }
func EnterWriter(w io.Writer) io.Writer { return w }
func FromStd(any) bool                  { return false }

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
