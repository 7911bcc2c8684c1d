// Panics in deferred calls that park: the program ends with the whole chain of
// panics, recovered and repanicked ones too.
//
// exit: 2
// stderr: same
// stderr: panic: first\n\tpanic: second \[recovered, repanicked\]
package main

import (
	"fmt"
	"time"
)

func main() {
	go func() {
		defer func() {
			time.Sleep(time.Millisecond)
			defer func() {
				r := recover()
				time.Sleep(time.Millisecond)
				fmt.Println("again", r)
				panic(r)
			}()
			panic("second")
		}()
		panic("first")
	}()
	select {}
}
