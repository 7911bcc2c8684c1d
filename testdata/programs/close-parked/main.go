// close wakes every parked receiver with a zero value and every parked sender
// with a panic, in plain statements and in select. Interleaving: all are parked
// before the close.
package main

import (
	"fmt"
	"slices"

	"programs/internal/parked"
)

func main() {
	c, never := make(chan string), make(chan string)
	out := make(chan string, 20)
	for i := range 3 {
		go func() {
			v, ok := <-c
			out <- fmt.Sprintf("receiver %d: %q %v", i, v, ok)
		}()
		go func() {
			select {
			case v, ok := <-c:
				out <- fmt.Sprintf("select %d: %q %v", i, v, ok)
			case <-never:
			}
		}()
	}
	go func() {
		for range c {
		}
		out <- "range: over"
	}()
	parked.Wait("chan receive", 4)
	parked.Wait("select", 3)
	close(c)
	show(out, 7)

	c = make(chan string, 1)
	c <- "in the buffer"
	for i := range 3 {
		go func() {
			defer func() { out <- fmt.Sprint("sender ", i, ": ", recover()) }()
			c <- "lost"
		}()
		go func() {
			defer func() { out <- fmt.Sprint("select ", i, ": ", recover()) }()
			select {
			case c <- "lost":
			case <-never:
			}
		}()
	}
	parked.Wait("chan send", 3)
	parked.Wait("select", 3)
	close(c)
	show(out, 6)
	v, ok := <-c
	fmt.Println(v, ok)
	v, ok = <-c
	fmt.Println(v, ok)
}

func show(out chan string, n int) {
	var lines []string
	for range n {
		lines = append(lines, <-out)
	}
	slices.Sort(lines)
	for _, l := range lines {
		fmt.Println(l)
	}
}
