// A goroutine that a finalizer starts is like any other: it sleeps, waits and
// exchanges values.
package main

import (
	"fmt"
	"runtime"
	"time"
)

func main() {
	done := make(chan string)
	ask := make(chan int)
	func() {
		p := &[]string{"resource"}
		runtime.SetFinalizer(p, func(p *[]string) {
			go func() {
				time.Sleep(time.Millisecond)
				done <- fmt.Sprint((*p)[0], " freed, asked ", <-ask)
			}()
		})
	}()
	go func() { ask <- 7 }()
	for {
		runtime.GC()
		select {
		case s := <-done:
			fmt.Println(s)
			return
		case <-time.After(time.Millisecond):
		}
	}
}
