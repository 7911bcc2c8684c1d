// A sender that is parked when its channel is closed, and does not recover,
// ends the program. Its stack shows the send.
//
// exit: 2
// stderr: same
// stderr: (?s)main\.produce.*close-crash/@send.*created by main\.main.*close-crash/@go
package main

import (
	"fmt"

	"programs/internal/parked"
)

func main() {
	c := make(chan int)
	go produce(c) // @go
	parked.Wait("chan send", 1)
	fmt.Println("closing")
	close(c)
	select {}
}

func produce(c chan int) {
	defer fmt.Println("deferred")
	c <- 1 // @send
	fmt.Println("never")
}
