// AfterFunc runs its function in a goroutine of its own: one that blocks holds
// up nobody. Stop and Reset tell whether it was still to come.
package main

import (
	"fmt"
	"sync"
	"time"
)

func main() {
	block := make(chan bool)
	var wg sync.WaitGroup
	for range 100 {
		time.AfterFunc(0, func() { <-block })
	}
	ran := make(chan string)
	t := time.AfterFunc(time.Millisecond, func() { ran <- "second" })
	fmt.Println(<-ran)
	fmt.Println("stop after it ran:", t.Stop())
	fmt.Println("reset:", t.Reset(time.Millisecond))
	fmt.Println(<-ran)
	fmt.Println("reset:", t.Reset(time.Hour), "stop:", t.Stop(), "again:", t.Stop(), t.C == nil)

	var mu sync.Mutex
	n := 0
	mu.Lock()
	for i := range 50 {
		wg.Add(1)
		time.AfterFunc(time.Duration(i)*10*time.Microsecond, func() {
			defer wg.Done()
			mu.Lock()
			defer mu.Unlock()
			n++
		})
	}
	time.Sleep(5 * time.Millisecond)
	mu.Unlock()
	wg.Wait()
	close(block)
	fmt.Println(n)

	// A function that starts its own timer again.
	left := 5
	var again *time.Timer
	start := make(chan bool)
	again = time.AfterFunc(time.Microsecond, func() {
		<-start
		if left--; left == 0 {
			ran <- "chain"
			return
		}
		again.Reset(time.Microsecond)
	})
	close(start)
	fmt.Println(<-ran)
}
