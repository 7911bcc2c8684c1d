// Infinite recursion in a goroutine ends the program, with others parked.
//
// exit: 2
// stderr: stack exceeds \d+-byte limit
// stderr: fatal error: stack overflow
// stderr: (?s)main\.down.*@call
package main

import (
	"fmt"
	"runtime/debug"
	"time"
)

func main() {
	debug.SetMaxStack(1 << 20)
	go func() { fmt.Println(down(0)) }()
	time.Sleep(time.Hour)
}

func down(n int) int {
	return down(n+1) + 1 // @call
}
