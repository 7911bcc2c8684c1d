// Goroutines that take a lock again and again, and compute while they hold it, do not
// keep it from one that wants it now and then: they yield where they take it, which is
// where it is free. (An empty stderr says that none was cut in a computation.)
package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

func main() {
	var mu sync.Mutex
	held("Mutex", 1, &mu, &mu)
	held("Mutex, two", 2, &mu, &mu)
	var rw sync.RWMutex
	held("RWMutex", 1, &rw, &rw)
	held("RWMutex, wanted by a reader", 1, &rw, rw.RLocker())
	held("RWMutex, held by a reader", 1, rw.RLocker(), &rw)
	held("RWMutex, held by two readers", 2, rw.RLocker(), &rw)
}

// held returns once the goroutine that wants the lock has had it five times.
func held(name string, holders int, holds, wants sync.Locker) {
	var over atomic.Bool
	var wg sync.WaitGroup
	for range holders {
		wg.Go(func() {
			for !over.Load() {
				holds.Lock()
				for begin := time.Now(); time.Since(begin) < 100*time.Microsecond; {
				}
				holds.Unlock()
			}
		})
	}
	wg.Go(func() {
		for range 5 {
			time.Sleep(100 * time.Microsecond)
			wants.Lock()
			wants.Unlock()
		}
		over.Store(true)
	})
	wg.Wait()
	fmt.Println(name, "was wanted, and had")
}
