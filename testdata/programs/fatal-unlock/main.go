// Unlocking an unlocked mutex cannot be recovered.
//
// exit: 2
// stderr: fatal error: sync: unlock of unlocked mutex
package main

import (
	"fmt"
	"sync"
	"time"
)

func main() {
	var mu sync.Mutex
	go func() {
		defer func() { fmt.Println("never", recover()) }()
		mu.Lock()
		mu.Unlock()
		fmt.Println("unlocked once")
		mu.Unlock()
	}()
	time.Sleep(time.Hour)
}
