// After Goexit on main, when the last goroutine ends, the program is dead.
//
// exit: 2
// stderr: fatal error: no (goroutines|green threads) \(main called runtime\.Goexit\) - deadlock!
package main

import (
	"fmt"
	"runtime"
	"time"
)

func main() {
	go func() {
		time.Sleep(time.Millisecond)
		fmt.Println("the last one")
	}()
	runtime.Goexit()
}
