// After Goexit on main the others continue, and one of them ends the program.
//
// exit: 3
package main

import (
	"fmt"
	"os"
	"runtime"
	"time"
)

func main() {
	c, ended := make(chan int), make(chan bool)
	go func() {
		<-ended // the others continue behind main's end
		for i := range 3 {
			time.Sleep(time.Millisecond)
			c <- i
		}
		close(c)
	}()
	go func() {
		for i := range c {
			fmt.Println(i)
		}
		os.Exit(3)
	}()
	defer close(ended)
	defer fmt.Println("main's defer")
	runtime.Goexit()
}
