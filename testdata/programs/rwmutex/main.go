// A waiting writer comes before readers that ask after it, and readers that
// waited come before the next writer. Interleaving: reader, writer, two
// readers, second writer, each parked before the next comes.
package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"programs/internal/parked"
)

func main() {
	var rw sync.RWMutex
	var wg sync.WaitGroup
	var readers atomic.Int32
	var events []string
	rw.RLock()
	fmt.Println("second reader:", rw.TryRLock(), "writer:", rw.TryLock())
	rw.RUnlock()
	wg.Go(func() {
		rw.Lock()
		time.Sleep(time.Millisecond)
		events = append(events, "first writer")
		rw.Unlock()
	})
	parked.Wait("sync.RWMutex.Lock", 1)
	fmt.Println("reader behind a writer:", rw.TryRLock())
	both := make(chan bool, 2)
	for range 2 {
		wg.Go(func() {
			rw.RLock()
			defer rw.RUnlock()
			readers.Add(1)
			both <- true
			for readers.Load() < 2 { // both hold it at once
				time.Sleep(time.Millisecond)
			}
		})
	}
	parked.Wait("sync.RWMutex.RLock", 2)
	wg.Go(func() {
		rw.Lock()
		events = append(events, fmt.Sprint("second writer, readers before ", readers.Load()))
		rw.Unlock()
	})
	parked.Wait("sync.Mutex.Lock", 1)
	rw.RUnlock()
	<-both
	<-both
	wg.Wait()
	fmt.Println(events)

	// Contended from all sides.
	m := map[int]int{}
	for i := range 40 {
		wg.Go(func() {
			for j := range 20 {
				if (i+j)%4 == 0 {
					rw.Lock()
					m[j]++
					rw.Unlock()
				} else {
					rw.RLock()
					_ = m[j]
					if j%5 == 0 {
						time.Sleep(time.Microsecond)
					}
					rw.RUnlock()
				}
			}
		})
	}
	wg.Wait()
	sum := 0
	for _, n := range m {
		sum += n
	}
	fmt.Println(sum, rw.TryLock())
}
