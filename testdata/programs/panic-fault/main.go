// A nil dereference in a goroutine (a signal) ends the program as in plain Go.
//
// exit: 2
// stderr: same
// stderr: SIGSEGV: segmentation violation
package main

import (
	"fmt"
	"time"
)

type list struct {
	next *list
	v    int
}

func main() {
	var l *list
	go func() {
		time.Sleep(time.Millisecond)
		fmt.Println("about to")
		fmt.Println(l.next.v)
	}()
	time.Sleep(time.Hour)
}
