// Two goroutines lock two mutexes in opposite order, and main waits for them.
// Interleaving: each has its first lock before it asks for its second.
//
// exit: 2
// stderr: fatal error: all (goroutines|green threads) are asleep - deadlock!
// stderr: (?s)sync\.Mutex\.Lock.*@lock
// stderr: (?s)sync\.WaitGroup\.Wait.*@wait
package main

import (
	"fmt"
	"sync"
)

func main() {
	var a, b sync.Mutex
	var wg, both sync.WaitGroup
	both.Add(2)
	cross := func(first, second *sync.Mutex) {
		first.Lock()
		both.Done()
		both.Wait()
		second.Lock() // @lock
	}
	fmt.Println("starting")
	wg.Go(func() { cross(&a, &b) })
	wg.Go(func() { cross(&b, &a) })
	both.Wait()
	wg.Wait() // @wait
}
