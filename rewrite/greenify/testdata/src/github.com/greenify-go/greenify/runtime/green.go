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
func Do(o *sync.Once, f func())          {}
func Sleep(d time.Duration)              {}
func Poll()                              {}
func Yield()                             {}
func Offload(f func())                   {}
func NoYield(f func())                   {}

func Call00(f func())                                                           { f() }
func Call01[R1 any](f func() R1) R1                                             { return f() }
func Call02[R1, R2 any](f func() (R1, R2)) (R1, R2)                             { return f() }
func Call03[R1, R2, R3 any](f func() (R1, R2, R3)) (R1, R2, R3)                 { return f() }
func Call10[A1 any](f func(A1), a1 A1)                                          { f(a1) }
func Call11[A1, R1 any](f func(A1) R1, a1 A1) R1                                { return f(a1) }
func Call12[A1, R1, R2 any](f func(A1) (R1, R2), a1 A1) (R1, R2)                { return f(a1) }
func Call13[A1, R1, R2, R3 any](f func(A1) (R1, R2, R3), a1 A1) (R1, R2, R3)    { return f(a1) }
func Call20[A1, A2 any](f func(A1, A2), a1 A1, a2 A2)                           { f(a1, a2) }
func Call21[A1, A2, R1 any](f func(A1, A2) R1, a1 A1, a2 A2) R1                 { return f(a1, a2) }
func Call22[A1, A2, R1, R2 any](f func(A1, A2) (R1, R2), a1 A1, a2 A2) (R1, R2) { return f(a1, a2) }
func Call23[A1, A2, R1, R2, R3 any](f func(A1, A2) (R1, R2, R3), a1 A1, a2 A2) (R1, R2, R3) {
	return f(a1, a2)
}
func Call30[A1, A2, A3 any](f func(A1, A2, A3), a1 A1, a2 A2, a3 A3)           { f(a1, a2, a3) }
func Call31[A1, A2, A3, R1 any](f func(A1, A2, A3) R1, a1 A1, a2 A2, a3 A3) R1 { return f(a1, a2, a3) }
func Call32[A1, A2, A3, R1, R2 any](f func(A1, A2, A3) (R1, R2), a1 A1, a2 A2, a3 A3) (R1, R2) {
	return f(a1, a2, a3)
}
func Call33[A1, A2, A3, R1, R2, R3 any](f func(A1, A2, A3) (R1, R2, R3), a1 A1, a2 A2, a3 A3) (R1, R2, R3) {
	return f(a1, a2, a3)
}
func Call40[A1, A2, A3, A4 any](f func(A1, A2, A3, A4), a1 A1, a2 A2, a3 A3, a4 A4) {
	f(a1, a2, a3, a4)
}
func Call41[A1, A2, A3, A4, R1 any](f func(A1, A2, A3, A4) R1, a1 A1, a2 A2, a3 A3, a4 A4) R1 {
	return f(a1, a2, a3, a4)
}
func Call42[A1, A2, A3, A4, R1, R2 any](f func(A1, A2, A3, A4) (R1, R2), a1 A1, a2 A2, a3 A3, a4 A4) (R1, R2) {
	return f(a1, a2, a3, a4)
}
func Call43[A1, A2, A3, A4, R1, R2, R3 any](f func(A1, A2, A3, A4) (R1, R2, R3), a1 A1, a2 A2, a3 A3, a4 A4) (R1, R2, R3) {
	return f(a1, a2, a3, a4)
}
func Call50[A1, A2, A3, A4, A5 any](f func(A1, A2, A3, A4, A5), a1 A1, a2 A2, a3 A3, a4 A4, a5 A5) {
	f(a1, a2, a3, a4, a5)
}
func Call51[A1, A2, A3, A4, A5, R1 any](f func(A1, A2, A3, A4, A5) R1, a1 A1, a2 A2, a3 A3, a4 A4, a5 A5) R1 {
	return f(a1, a2, a3, a4, a5)
}
func Call52[A1, A2, A3, A4, A5, R1, R2 any](f func(A1, A2, A3, A4, A5) (R1, R2), a1 A1, a2 A2, a3 A3, a4 A4, a5 A5) (R1, R2) {
	return f(a1, a2, a3, a4, a5)
}
func Call53[A1, A2, A3, A4, A5, R1, R2, R3 any](f func(A1, A2, A3, A4, A5) (R1, R2, R3), a1 A1, a2 A2, a3 A3, a4 A4, a5 A5) (R1, R2, R3) {
	return f(a1, a2, a3, a4, a5)
}
func CallV00[V any](f func(...V), v ...V)                                       { f(v...) }
func CallV01[V, R1 any](f func(...V) R1, v ...V) R1                             { return f(v...) }
func CallV02[V, R1, R2 any](f func(...V) (R1, R2), v ...V) (R1, R2)             { return f(v...) }
func CallV03[V, R1, R2, R3 any](f func(...V) (R1, R2, R3), v ...V) (R1, R2, R3) { return f(v...) }
func CallV10[A1, V any](f func(A1, ...V), a1 A1, v ...V)                        { f(a1, v...) }
func CallV11[A1, V, R1 any](f func(A1, ...V) R1, a1 A1, v ...V) R1              { return f(a1, v...) }
func CallV12[A1, V, R1, R2 any](f func(A1, ...V) (R1, R2), a1 A1, v ...V) (R1, R2) {
	return f(a1, v...)
}
func CallV13[A1, V, R1, R2, R3 any](f func(A1, ...V) (R1, R2, R3), a1 A1, v ...V) (R1, R2, R3) {
	return f(a1, v...)
}
func CallV20[A1, A2, V any](f func(A1, A2, ...V), a1 A1, a2 A2, v ...V) { f(a1, a2, v...) }
func CallV21[A1, A2, V, R1 any](f func(A1, A2, ...V) R1, a1 A1, a2 A2, v ...V) R1 {
	return f(a1, a2, v...)
}
func CallV22[A1, A2, V, R1, R2 any](f func(A1, A2, ...V) (R1, R2), a1 A1, a2 A2, v ...V) (R1, R2) {
	return f(a1, a2, v...)
}
func CallV23[A1, A2, V, R1, R2, R3 any](f func(A1, A2, ...V) (R1, R2, R3), a1 A1, a2 A2, v ...V) (R1, R2, R3) {
	return f(a1, a2, v...)
}
func CallV30[A1, A2, A3, V any](f func(A1, A2, A3, ...V), a1 A1, a2 A2, a3 A3, v ...V) {
	f(a1, a2, a3, v...)
}
func CallV31[A1, A2, A3, V, R1 any](f func(A1, A2, A3, ...V) R1, a1 A1, a2 A2, a3 A3, v ...V) R1 {
	return f(a1, a2, a3, v...)
}
func CallV32[A1, A2, A3, V, R1, R2 any](f func(A1, A2, A3, ...V) (R1, R2), a1 A1, a2 A2, a3 A3, v ...V) (R1, R2) {
	return f(a1, a2, a3, v...)
}
func CallV33[A1, A2, A3, V, R1, R2, R3 any](f func(A1, A2, A3, ...V) (R1, R2, R3), a1 A1, a2 A2, a3 A3, v ...V) (R1, R2, R3) {
	return f(a1, a2, a3, v...)
}
func CallV40[A1, A2, A3, A4, V any](f func(A1, A2, A3, A4, ...V), a1 A1, a2 A2, a3 A3, a4 A4, v ...V) {
	f(a1, a2, a3, a4, v...)
}
func CallV41[A1, A2, A3, A4, V, R1 any](f func(A1, A2, A3, A4, ...V) R1, a1 A1, a2 A2, a3 A3, a4 A4, v ...V) R1 {
	return f(a1, a2, a3, a4, v...)
}
func CallV42[A1, A2, A3, A4, V, R1, R2 any](f func(A1, A2, A3, A4, ...V) (R1, R2), a1 A1, a2 A2, a3 A3, a4 A4, v ...V) (R1, R2) {
	return f(a1, a2, a3, a4, v...)
}
func CallV43[A1, A2, A3, A4, V, R1, R2, R3 any](f func(A1, A2, A3, A4, ...V) (R1, R2, R3), a1 A1, a2 A2, a3 A3, a4 A4, v ...V) (R1, R2, R3) {
	return f(a1, a2, a3, a4, v...)
}
func CallV50[A1, A2, A3, A4, A5, V any](f func(A1, A2, A3, A4, A5, ...V), a1 A1, a2 A2, a3 A3, a4 A4, a5 A5, v ...V) {
	f(a1, a2, a3, a4, a5, v...)
}
func CallV51[A1, A2, A3, A4, A5, V, R1 any](f func(A1, A2, A3, A4, A5, ...V) R1, a1 A1, a2 A2, a3 A3, a4 A4, a5 A5, v ...V) R1 {
	return f(a1, a2, a3, a4, a5, v...)
}
func CallV52[A1, A2, A3, A4, A5, V, R1, R2 any](f func(A1, A2, A3, A4, A5, ...V) (R1, R2), a1 A1, a2 A2, a3 A3, a4 A4, a5 A5, v ...V) (R1, R2) {
	return f(a1, a2, a3, a4, a5, v...)
}
func CallV53[A1, A2, A3, A4, A5, V, R1, R2, R3 any](f func(A1, A2, A3, A4, A5, ...V) (R1, R2, R3), a1 A1, a2 A2, a3 A3, a4 A4, a5 A5, v ...V) (R1, R2, R3) {
	return f(a1, a2, a3, a4, a5, v...)
}
func Enter00(f func()) func()                                                               { return f }
func Enter01[R1 any](f func() R1) func() R1                                                 { return f }
func Enter02[R1, R2 any](f func() (R1, R2)) func() (R1, R2)                                 { return f }
func Enter10[A1 any](f func(A1)) func(A1)                                                   { return f }
func Enter11[A1, R1 any](f func(A1) R1) func(A1) R1                                         { return f }
func Enter12[A1, R1, R2 any](f func(A1) (R1, R2)) func(A1) (R1, R2)                         { return f }
func Enter20[A1, A2 any](f func(A1, A2)) func(A1, A2)                                       { return f }
func Enter21[A1, A2, R1 any](f func(A1, A2) R1) func(A1, A2) R1                             { return f }
func Enter22[A1, A2, R1, R2 any](f func(A1, A2) (R1, R2)) func(A1, A2) (R1, R2)             { return f }
func Enter30[A1, A2, A3 any](f func(A1, A2, A3)) func(A1, A2, A3)                           { return f }
func Enter31[A1, A2, A3, R1 any](f func(A1, A2, A3) R1) func(A1, A2, A3) R1                 { return f }
func Enter32[A1, A2, A3, R1, R2 any](f func(A1, A2, A3) (R1, R2)) func(A1, A2, A3) (R1, R2) { return f }
func Enter40[A1, A2, A3, A4 any](f func(A1, A2, A3, A4)) func(A1, A2, A3, A4)               { return f }
func Enter41[A1, A2, A3, A4, R1 any](f func(A1, A2, A3, A4) R1) func(A1, A2, A3, A4) R1     { return f }
func Enter42[A1, A2, A3, A4, R1, R2 any](f func(A1, A2, A3, A4) (R1, R2)) func(A1, A2, A3, A4) (R1, R2) {
	return f
}

func Pull[V any](seq iter.Seq[V]) (next func() (V, bool), stop func()) { return iter.Pull(seq) }
func Pull2[K, V any](seq iter.Seq2[K, V]) (next func() (K, V, bool), stop func()) {
	return iter.Pull2(seq)
}
