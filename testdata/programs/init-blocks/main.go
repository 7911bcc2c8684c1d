// Variable initializers and init functions, of main and of a package it
// imports, start goroutines, wait for them in every way, and run in order.
package main

import (
	"fmt"
	"iter"
	"runtime"
	"time"

	"programs/init-blocks/dep"
)

var first = ask("first")

var second = func() string {
	select {
	case <-time.After(time.Millisecond):
		return first + ", second"
	case <-make(chan int):
		return "never"
	}
}()

func ask(s string) string {
	r := make(chan string)
	dep.Requests <- r
	return s + " " + <-r
}

func init() {
	runtime.Gosched()
	next, stop := iter.Pull(func(yield func(string) bool) {
		yield(ask("iterator"))
	})
	defer stop()
	fmt.Println(next())
}

func init() {
	done := make(chan bool)
	go func() {
		defer close(done)
		runtime.Goexit()
	}()
	<-done
	fmt.Println("init:", first, second, dep.Ready)
}

func main() {
	fmt.Println("main:", ask("main"))
}
