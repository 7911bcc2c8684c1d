// A deadlock in package initialization, where main is locked to its thread.
//
// exit: 2
// stderr: fatal error: all (goroutines|green threads) are asleep - deadlock!
// stderr: (?s)goroutine 1 .*sync\.Cond\.Wait.*@wait
package main

import (
	"fmt"
	"sync"
)

var cond = sync.NewCond(new(sync.Mutex))

func init() {
	fmt.Println("init")
	cond.L.Lock()
	cond.Wait() // @wait
}

func main() { fmt.Println("never") }
