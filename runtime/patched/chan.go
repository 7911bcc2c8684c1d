package patched

import green "github.com/greenify-go/greenify/runtime"

// A Sender sends to one channel: green.Send for a value whose type is assignable to
// the channel's element type, but not the same.
type Sender[T any] struct{ c chan<- T }

// To returns the Sender of c: To(c).Send(v) is the statement c <- v.
func To[T any](c chan<- T) Sender[T] { return Sender[T]{c} }

// Send is green.Send.
func (s Sender[T]) Send(v T) { green.Send(s.c, v) }

// Case is green.OnSend.
func (s Sender[T]) Case(v T) green.Case { return green.OnSend(s.c, v) }

// Recv2To is green.Recv2 with a second value of type B.
func Recv2To[B ~bool, T any](c <-chan T) (T, B) {
	v, ok := green.Recv2(c)
	return v, B(ok)
}
