// Deferred calls of a panicking goroutine may park: the others run on
// meanwhile, and the program ends once they are done.
//
// exit: 2
// stderr: same
package main

import "fmt"

func main() {
	ask, answer := make(chan string), make(chan string)
	go func() {
		for q := range ask {
			answer <- "answer to " + q
		}
	}()
	go func() {
		defer func() {
			for i := range 3 {
				ask <- fmt.Sprint("question ", i)
				fmt.Println(<-answer)
			}
		}()
		panic("while others run")
	}()
	select {}
}
