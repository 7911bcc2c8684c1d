//lint:file-ignore U1000 generated programs call it

package help

import (
	"context"
	"errors"
	"io"
	"iter"
	"net"
	"strconv"
	"sync/atomic"
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
		case num:
			how = "num " + v.String()
		case error:
			how = "error " + v.Error()
		case string:
			how = "string " + v
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

// An own is a context that package context does not know, so it has a goroutine wait for it.
type own struct {
	context.Context
	done chan struct{}
}

func (o own) Done() <-chan struct{} { return o.done }

func (o own) Err() error {
	select {
	case <-o.done:
		return errOdd
	default:
		return nil
	}
}

// A reader reads what a channel brings, a byte at a time.
type reader <-chan int

func (r reader) Read(b []byte) (int, error) {
	v, ok := <-r
	if !ok {
		return 0, io.EOF
	}
	if len(b) == 0 {
		return 0, nil
	}
	b[0] = byte(v)
	return 1, nil
}

// A writer sends what is written.
type writer chan<- string

func (w writer) Write(b []byte) (int, error) {
	w <- string(b)
	return len(b), nil
}

// A slow waits whatever it is asked.
type slow int

func (s slow) wait() int                    { return <-each(filledOnce(int(s)), leaf) }
func (s slow) String() string               { return strconv.Itoa(s.wait()) }
func (s slow) Error() string                { return "slow " + s.String() }
func (s slow) Is(error) bool                { return s.wait() > 0 }
func (s slow) MarshalJSON() ([]byte, error) { return []byte(s.String()), nil }

func filledOnce(v int) <-chan int {
	c := filled(v)
	close(c)
	return c
}

// A sorted waits where it is compared.
type sorted []int

func (s sorted) Len() int           { return len(s) }
func (s sorted) Less(i, j int) bool { return <-filled(s[i]) < <-filled(s[j]) }
func (s sorted) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }

// serial numbers names.
var serial atomic.Int64

// tcp returns the two ends of a connection.
func tcp(network, address string) (a, b net.Conn) {
	l, err := net.Listen(network, address)
	if err != nil {
		panic(err)
	}
	defer l.Close()
	accepted := make(chan net.Conn)
	go func() {
		c, err := l.Accept()
		if err != nil {
			panic(err)
		}
		accepted <- c
	}()
	if a, err = net.Dial(network, l.Addr().String()); err != nil {
		panic(err)
	}
	return a, <-accepted
}
