package green

import "iter"

// Send is the statement c <- v. It yields only if it has to wait.
func Send[T any](c chan<- T, v T) {
	if t := self(); t != nil {
		select {
		case c <- v:
			t.slice()
			return
		default:
		}
		t.leave("chan send")
		defer t.back() // also if c is closed meanwhile
	}
	c <- v
}

// Recv is the expression <-c. It yields only if it has to wait.
func Recv[T any](c <-chan T) T {
	v, _ := Recv2(c)
	return v
}

// Recv2 is Recv with the second value of a receive: false when c is closed and
// empty.
func Recv2[T any](c <-chan T) (v T, ok bool) {
	t := self()
	if t == nil {
		v, ok = <-c
		return v, ok
	}
	select {
	case v, ok = <-c:
		t.slice()
		return v, ok
	default:
	}
	t.leave("chan receive")
	v, ok = <-c
	t.back()
	return v, ok
}

// Range is the range of a loop over c: for v := range Range(c) is
// for v := range c.
func Range[T any](c <-chan T) iter.Seq[T] {
	return func(yield func(T) bool) {
		for {
			v, ok := Recv2(c)
			if !ok || !yield(v) {
				return
			}
		}
	}
}
