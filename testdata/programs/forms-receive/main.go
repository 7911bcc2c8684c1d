// Every form in which a value is received or a channel ranged over.
package main

import (
	"fmt"
	"io"
	"strings"
)

type (
	flag   bool
	stream <-chan int
	box    struct{ v int }
)

// filled returns a channel that a goroutine sends 1 to n on and closes.
func filled(n int) chan int {
	c := make(chan int)
	go func() {
		defer close(c)
		for i := 1; i <= n; i++ {
			c <- i
		}
	}()
	return c
}

var global int

func main() {
	c := filled(7)
	var ok flag
	var v int
	v, ok = <-c
	fmt.Printf("%d %v %T\n", v, ok, ok)
	var e, f any
	e, f = <-c
	fmt.Printf("%v %T %v %T\n", e, e, f, f)
	_, ok = <-c
	_ = <-c
	<-c
	w := (<-c)
	var x, open = <-c
	fmt.Println(ok, w, x, open)
	v, ok = <-c
	fmt.Println("closed", v, ok, <-c)
	if _, more := <-c; !more {
		fmt.Println("still closed")
	}

	var r io.Reader
	rc := make(chan *strings.Reader, 1)
	rc <- strings.NewReader("text")
	r = <-rc
	text, _ := io.ReadAll(r)
	fmt.Printf("%T %s\n", r, text)

	var b box
	var s []int
	m := map[string]int{}
	var p *int = &b.v
	for v := range filled(2) {
		fmt.Print(v, " ")
	}
	for global = range filled(3) {
	}
	for b.v = range stream(filled(4)) {
	}
	fmt.Println("left at", global, b.v)
	for m["last"] = range filled(5) {
	}
	for *p = range filled(6) {
	}
	n := 0
	for range filled(7) {
		n++
	}
	fmt.Println(m, b, n)

	var fs []func() int // each iteration has its own variable
	for v := range filled(3) {
		fs = append(fs, func() int { v *= 10; return v })
	}
	fmt.Println(fs[0](), fs[1](), fs[2](), fs[0]())

	c = filled(4)
	ranged := c
outer:
	for v := range ranged { // evaluated once
		ranged = nil
		switch {
		case v == 2:
			continue outer
		case v == 3:
			break outer
		}
		s = append(s, v)
	}
	fmt.Println(s, <-c)
	_, open = <-c
	fmt.Println(open)

	nested := make(chan (<-chan stream), 1)
	inner := make(chan stream, 1)
	nested <- inner
	inner <- stream(filled(9))
	fmt.Println(<-<-<-nested)

	var zero chan [0]int = make(chan [0]int)
	go func() { zero <- [0]int{} }()
	z, open := <-zero
	fmt.Println(z, open)
}
