package green

import (
	"math/rand/v2"
	"reflect"
)

// A Case is one case of a Select.
type Case interface {
	// try carries the case out if that needs no waiting.
	try() bool
	// wait waits until the case or a receive from done can go on, carries
	// that out, and reports whether it was the case; open is the second
	// value of the receive.
	wait(done <-chan struct{}) (chosen, open bool)

	selectCase() reflect.SelectCase
	chosen(v reflect.Value, ok bool)
}

// A Received is a case that receives. When Select has chosen it, V and OK are
// what v, ok := <-c gives.
type Received[T any] struct {
	V  T
	OK bool
	c  <-chan T
}

// OnRecv is the case of receiving from c.
func OnRecv[T any](c <-chan T) *Received[T] { return &Received[T]{c: c} }

func (r *Received[T]) try() bool {
	select {
	case r.V, r.OK = <-r.c:
		return true
	default:
		return false
	}
}

func (r *Received[T]) wait(done <-chan struct{}) (chosen, open bool) {
	select {
	case r.V, r.OK = <-r.c:
		return true, false
	case _, open = <-done:
		return false, open
	}
}

func (r *Received[T]) selectCase() reflect.SelectCase {
	return reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(r.c)}
}

func (r *Received[T]) chosen(v reflect.Value, ok bool) {
	r.V, _ = v.Interface().(T) // a nil interface value has no dynamic type
	r.OK = ok
}

// OnSend is the case of sending v to c.
func OnSend[T any](c chan<- T, v T) Case { return &sent[T]{c, v} }

type sent[T any] struct {
	c chan<- T
	v T
}

func (s *sent[T]) try() bool {
	select {
	case s.c <- s.v:
		return true
	default:
		return false
	}
}

func (s *sent[T]) wait(done <-chan struct{}) (chosen, open bool) {
	select {
	case s.c <- s.v:
		return true, false
	case _, open = <-done:
		return false, open
	}
}

func (s *sent[T]) selectCase() reflect.SelectCase {
	return reflect.SelectCase{Dir: reflect.SelectSend, Chan: reflect.ValueOf(s.c), Send: reflect.ValueOf(&s.v).Elem()}
}

func (*sent[T]) chosen(reflect.Value, bool) {}

// Select is the select statement without default, for a number of cases that
// may be known only at run time. It waits until a case can go on, chooses one
// of those that can at random and returns its index. Without cases it waits for
// ever. It yields only if it has to wait.
func Select(cases ...Case) int {
	t := self()
	if i := tryCases(cases); i >= 0 {
		if t != nil {
			t.slice()
		}
		return i
	}
	if t != nil {
		t.leave("select")
		defer t.back() // also if a channel to send to is closed meanwhile
	}
	return waitCases(cases)
}

// Poll is for the default clause of a select statement in a loop, which never
// waits: it yields once the thread has run for 10 ms, so that a loop that polls
// does not keep those from running that it polls for.
func Poll() {
	if t := self(); t != nil {
		t.slice()
	}
}

// tryCases carries out one of the cases that need no waiting and returns its
// index, or -1. Trying them in a random order gives each the same chance.
func tryCases(cases []Case) int {
	if len(cases) == 1 {
		if cases[0].try() {
			return 0
		}
		return -1
	}
	var few [16]int
	order := few[:0]
	for i := range cases {
		order = append(order, i)
	}
	for n := len(order); n > 0; n-- {
		k := rand.IntN(n)
		i := order[k]
		if cases[i].try() {
			return i
		}
		order[k] = order[n-1]
	}
	return -1
}

// waitCases waits as select does. The two commonest forms, one case and one case
// with a context's or other done channel, do without reflection.
func waitCases(cases []Case) int {
	switch len(cases) {
	case 1:
		cases[0].wait(nil)
		return 0
	case 2:
		for i, c := range cases {
			if done, ok := c.(*Received[struct{}]); ok {
				chosen, open := cases[1-i].wait(done.c)
				if chosen {
					return 1 - i
				}
				done.OK = open
				return i
			}
		}
	}
	list := make([]reflect.SelectCase, len(cases))
	for i, c := range cases {
		list[i] = c.selectCase()
	}
	i, v, ok := reflect.Select(list)
	cases[i].chosen(v, ok)
	return i
}
