//lint:file-ignore U1000 generated programs call it

package help

import (
	"errors"
	"iter"
	"strconv"
)

// mod keeps what is computed small.
const mod = 1000003

func mix(a, b int) int { return (a*31 + b*17 + 7) % mod }

func fold(a int, s string) int {
	for _, r := range s {
		a = mix(a, int(r))
	}
	return a
}

func leaf(x int) int { return mix(x, 3) }

func same[T any](v T) T { return v }

func ptr[T any](v T) *T { return &v }

func run(f func()) { f() }

func apply[T any](f func(T), v T) { f(v) }

// A fun is a function with a method.
type fun func(int) int

func (f fun) call(x int) int { return f(x) }

type caller interface{ call(int) int }

// A box has a generic method, and ignores what it is.
type box[T any] struct{ v T }

func (b *box[T]) through(f func(T) T) func(T) T { return func(v T) T { return f(v) } }

type task func()

func (t task) do() { t() }

type doer interface{ do() }

// A num is what an int becomes where a value has an interface or a named type.
type num int

func (n num) String() string { return strconv.Itoa(int(n)) }

func (n num) Error() string { return n.String() }

// filled returns a channel that has one value.
func filled[T any](v T) chan T {
	c := make(chan T, 1)
	c <- v
	return c
}

// series returns a channel that brings 1 to n, and is closed.
func series(n int) <-chan int {
	c := make(chan int)
	go func() {
		defer close(c)
		for i := range n {
			c <- i + 1
		}
	}()
	return c
}

// values is what comes out of a channel.
func values[T any](c <-chan T) iter.Seq[T] {
	return func(yield func(T) bool) {
		for v := range c {
			if !yield(v) {
				return
			}
		}
	}
}

// feed sends n values and closes the channel.
func feed[T any, C ~chan T](c C, n int, f func(int) T) {
	defer close(c)
	for i := range n {
		c <- f(i)
	}
}

// each passes on what f makes of all that comes.
func each[T, U any](in <-chan T, f func(T) U) <-chan U {
	out := make(chan U)
	go func() {
		defer close(out)
		for v := range in {
			out <- f(v)
		}
	}()
	return out
}

var errOdd = errors.New("odd")

// caught runs f and says how it ended.
func caught(f func()) (how string) {
	how = "goexit"
	defer func() {
		switch v := recover().(type) {
		case nil:
		case error:
			how = "error " + v.Error()
		case string:
			how = "string " + v
		case num:
			how = "num " + v.String()
		case int:
			how = "int " + strconv.Itoa(v)
		}
	}()
	f()
	return "return"
}

// A waits receives where it is printed.
type waits struct{ c <-chan int }

func (w waits) String() string { return strconv.Itoa(<-w.c + <-w.c*10) }
