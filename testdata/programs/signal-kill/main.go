// A signal that nobody handles ends the program, with others parked.
//
// exit: terminated
package main

import (
	"fmt"
	"syscall"
	"time"
)

func main() {
	go func() {
		time.Sleep(time.Millisecond)
		fmt.Println("killing")
		syscall.Kill(syscall.Getpid(), syscall.SIGTERM)
		select {}
	}()
	time.Sleep(time.Hour)
}
