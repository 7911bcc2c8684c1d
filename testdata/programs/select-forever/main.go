// select {} in main parks it and the others go on; one of them ends the
// program with its status.
//
// exit: 4
package main

import (
	"fmt"
	"os"
	"time"
)

func main() {
	defer fmt.Println("never")
	work := make(chan int)
	go func() {
		for i := range 3 {
			time.Sleep(time.Millisecond)
			work <- i
		}
		close(work)
	}()
	go func() {
		defer fmt.Println("never either")
		for v := range work {
			fmt.Println(v)
		}
		os.Exit(4)
	}()
	select {}
}
