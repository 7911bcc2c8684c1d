// Finalizers and cleanups, which the runtime runs on goroutines of its own,
// send to, select with and lock against the goroutines of the program: no value
// and no wake-up is lost. Interleaving: main is parked when they send, they are
// parked when main receives, and they wait for a lock that main holds.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"time"
)

type object struct {
	id   int
	self *object
}

const n = 200

func main() {
	sent, cleaned := make(chan int), make(chan int)
	stop := make(chan bool)
	var mu sync.Mutex
	var cond = sync.NewCond(&mu)
	var wg sync.WaitGroup
	locked := 0
	wg.Add(n)
	func() {
		for i := range n {
			o := &object{id: i}
			runtime.SetFinalizer(o, func(o *object) {
				select {
				case sent <- o.id:
				case <-stop:
				}
				mu.Lock()
				locked++
				cond.Signal()
				mu.Unlock()
				wg.Done()
			})
			runtime.AddCleanup(&object{id: i}, func(id int) { cleaned <- id }, i)
		}
	}()
	go func() {
		for {
			runtime.GC()
			time.Sleep(time.Millisecond)
		}
	}()
	ids, ids2 := map[int]bool{}, map[int]bool{}
	for len(ids) < n || len(ids2) < n {
		select {
		case id := <-sent:
			ids[id] = true
			mu.Lock()
			if id%50 == 0 {
				time.Sleep(time.Millisecond)
			}
			mu.Unlock()
		case id := <-cleaned:
			ids2[id] = true
		}
	}
	mu.Lock()
	for locked < n {
		cond.Wait()
	}
	mu.Unlock()
	wg.Wait()
	close(stop)
	fmt.Println(len(ids), len(ids2), locked)
}
