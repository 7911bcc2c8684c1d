// Loops that are left behind and never end, with calls and without, keep nobody from
// sleeping, from channels, from a connection and from the end of the program.
//
// patched-stderr: ^greenify: thread \d+ computed for
package main

import (
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"time"
)

var n atomic.Int64

//go:noinline
func step() { n.Add(1) }

func main() {
	go func() {
		for {
			n.Add(1)
		}
	}()
	go func() {
		for {
			step()
		}
	}()
	for range 5 {
		time.Sleep(time.Millisecond)
	}
	fmt.Println("slept")
	c := make(chan int)
	go func() {
		defer close(c)
		for i := range 5 {
			c <- i
		}
	}()
	for i := range c {
		if i == 4 {
			fmt.Println("received")
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() {
		s, err := l.Accept()
		if err != nil {
			panic(err)
		}
		io.Copy(s, s)
	}()
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		panic(err)
	}
	fmt.Fprintln(client, "echoed")
	var word string
	fmt.Fscan(client, &word)
	fmt.Println(word)
}
