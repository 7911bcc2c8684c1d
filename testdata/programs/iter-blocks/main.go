// An iterator that waits - for channels, locks, sleep, I/O, goroutines it
// starts - while it is pulled parks the goroutine that pulls it; others go on.
package main

import (
	"fmt"
	"iter"
	"os"
	"runtime"
	"sync"
	"time"

	"programs/internal/parked"
)

func main() {
	c := make(chan int)
	var mu sync.Mutex
	var wg sync.WaitGroup
	r, w, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	blocking := func(yield func(string) bool) {
		defer func() {
			time.Sleep(time.Millisecond)
			c <- -1
		}()
		if !yield(fmt.Sprint("channel ", <-c)) {
			return
		}
		mu.Lock()
		if !yield("mutex") {
			return
		}
		mu.Unlock()
		select {
		case v := <-c:
			yield(fmt.Sprint("select ", v))
		case <-time.After(time.Hour):
		}
		b := make([]byte, 5)
		r.Read(b)
		yield("pipe " + string(b))
		wg.Go(func() { runtime.Gosched() })
		wg.Wait()
		yield("wait group")
		time.Sleep(time.Millisecond)
		runtime.Gosched()
		yield("sleep")
	}
	next, stop := iter.Pull(blocking)
	steps := []func(){
		func() { parked.Wait("chan receive", 2); c <- 1 },
		func() { parked.Wait("sync.Mutex.Lock", 1); mu.Unlock() },
		func() { parked.Wait("select", 1); c <- 2 },
		func() { parked.Wait("IO wait", 1); w.WriteString("bytes") },
		func() {},
		func() {},
	}
	values := make(chan string)
	mu.Lock()
	for _, step := range steps {
		go func() {
			v, _ := next()
			values <- v
		}()
		go func() { step(); values <- "" }()
		a, b := <-values, <-values
		fmt.Println(a + b)
	}
	go func() { fmt.Println("last", <-c); values <- "" }()
	v, ok := next()
	<-values
	fmt.Println(v, ok)
	stop()

	// stop waits for the iterator's defers, which wait for others.
	next, stop = iter.Pull(blocking)
	go func() {
		c <- 3
		fmt.Println("deferred", <-c)
		values <- ""
	}()
	fmt.Println(next())
	stop()
	<-values

	// An iterator fed by goroutines, pulled by many.
	feed := func(yield func(int) bool) {
		c := make(chan int)
		go func() {
			defer close(c)
			for i := range 50 {
				c <- i
			}
		}()
		for v := range c {
			if !yield(v) {
				return
			}
		}
	}
	sum := 0
	for range 20 {
		wg.Go(func() {
			next, stop := iter.Pull(feed)
			defer stop()
			for v, ok := next(); ok; v, ok = next() {
				mu.Lock()
				sum += v
				mu.Unlock()
				time.Sleep(time.Microsecond)
			}
		})
	}
	wg.Wait()
	fmt.Println(sum)
}
