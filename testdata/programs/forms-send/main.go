// Every kind of value that can be sent: nil, constants, conversions to
// interfaces, functions, channels, nothing, and large ones, which are copied.
package main

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"

	"programs/internal/parked"
)

type (
	celsius float32
	events  chan any
	sink    chan<- error
	big     [5000]int
)

type stringer struct{ s string }

func (s stringer) String() string { return s.s }

func show[T any](c chan T) { fmt.Printf("%T %v\n", *new(T), <-c) }

func main() {
	errs := make(chan error, 1)
	errs <- nil
	show(errs)
	sink(errs) <- errors.New("named and directional")
	show(errs)
	var typed *stringer
	strs := make(chan fmt.Stringer, 1)
	strs <- typed
	fmt.Println("nil pointer in interface is nil:", <-strs == nil)
	strs <- stringer{"a value"}
	show(strs)
	fs := make(chan func() int, 1)
	fs <- nil
	fmt.Println((<-fs) == nil)
	fs <- func() int { return 3 }
	fmt.Println((<-fs)())
	ps, ms, ss := make(chan *int, 1), make(chan map[int]int, 1), make(chan []byte, 1)
	ps <- nil
	ms <- nil
	ss <- nil
	fmt.Println(<-ps, <-ms, <-ss)

	any := make(events, 5)
	any <- 'x'
	any <- 1 << 3
	any <- 2.5
	any <- "s"
	any <- nil
	close(any)
	for v := range any {
		fmt.Printf("%T ", v)
	}
	fmt.Println()
	temps, bytes := make(chan celsius, 1), make(chan uint8, 1)
	temps <- 1
	show(temps)
	shift := 3
	bytes <- 1 << shift
	bytes2 := make(chan bool, 1)
	bytes2 <- shift > 2
	show(bytes)
	show(bytes2)
	readers := make(chan io.Reader, 1)
	var c chan<- io.Reader = readers
	c <- strings.NewReader("r")
	fmt.Printf("%T\n", <-readers)

	// The value is copied when it is sent, also while the sender is parked and
	// its stack moves.
	bigs := make(chan big)
	go func() {
		var b big
		b[0], b[4999] = 1, 2
		grow(100)
		bigs <- b
		b[0] = 9
		bigs <- b
	}()
	parked.Wait("chan send", 1)
	runtime.GC() // shrinks stacks
	b := <-bigs
	runtime.Gosched()
	b2 := <-bigs
	fmt.Println(b[0], b[4999], b2[0], len(b))
}

func grow(n int) (s int) {
	var pad [200]int
	if n > 0 {
		s = grow(n - 1)
	}
	return s + pad[n%200]
}
