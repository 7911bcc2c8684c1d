// SIGQUIT shows the goroutines and ends the program.
//
// exit: 2
// stderr: SIGQUIT: quit
// stderr: (?s)goroutine \d+ .*\[chan receive\]:\n.*?main\.main\.func1.*?@receive
// stderr: (?s)goroutine 1 .*\[sleep\]:\n.*?main\.main\(\).*?@sleep
package main

import (
	"fmt"
	"syscall"
	"time"

	"programs/internal/parked"
)

func main() {
	go func() {
		<-make(chan int) // @receive
	}()
	parked.Wait("chan receive", 1)
	fmt.Println("quitting")
	go func() {
		parked.Wait("sleep", 1)
		syscall.Kill(syscall.Getpid(), syscall.SIGQUIT)
	}()
	time.Sleep(time.Hour) // @sleep
}
