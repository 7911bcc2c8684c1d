// The deadlock is found also when the last runnable one ends by a return, with
// a mutex, a read lock and a semaphore of a wait group waited for.
//
// exit: 2
// stderr: fatal error: all (goroutines|green threads) are asleep - deadlock!
// stderr: sync\.RWMutex\.RLock
// stderr: sync\.RWMutex\.Lock
// stderr: select \(no cases\)
package main

import (
	"fmt"
	"sync"

	"programs/internal/parked"
)

func main() {
	var rw sync.RWMutex
	rw.RLock()
	go rw.Lock()
	parked.Wait("sync.RWMutex.Lock", 1)
	go rw.RLock()
	parked.Wait("sync.RWMutex.RLock", 1)
	go func() { fmt.Println("the last one") }()
	select {}
}
