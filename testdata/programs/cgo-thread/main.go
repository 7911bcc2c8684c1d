// Threads made by C call into Go and send, receive, select, lock and sleep
// there against goroutines of the program; the program's goroutines go on.
//
// needs: cgo
package main

/*
#cgo LDFLAGS: -lpthread
#include <pthread.h>
#include <stdint.h>

void fromThread(int);
static void *run(void *arg) { fromThread((int)(intptr_t)arg); return 0; }
static int start(int n) {
	for (int i = 0; i < n; i++) {
		pthread_t t;
		if (pthread_create(&t, 0, run, (void *)(intptr_t)i)) return -1;
		pthread_detach(t);
	}
	return 0;
}
*/
import "C"

import (
	"fmt"
	"sync"
	"time"
)

const threads, values = 8, 50

var (
	in, out = make(chan int), make(chan int)
	buf     = make(chan int, 4)
	mu      sync.Mutex
	cond    = sync.NewCond(&mu)
	total   int
	ended   int
)

//export fromThread
func fromThread(i C.int) {
	for j := range values {
		out <- int(i)*values + j
		select {
		case v := <-in:
			buf <- v
		case <-time.After(time.Minute):
			panic("no value")
		}
		mu.Lock()
		total++
		if j%10 == 0 {
			time.Sleep(time.Microsecond)
		}
		mu.Unlock()
	}
	go func() { // a goroutine that a C thread starts is one of the program's
		mu.Lock()
		ended++
		cond.Signal()
		mu.Unlock()
	}()
}

func main() {
	if C.start(threads) != 0 {
		panic("no threads")
	}
	seen := map[int]int{}
	done := make(chan bool)
	go func() {
		for v := range buf {
			mu.Lock()
			total += v
			mu.Unlock()
		}
		close(done)
	}()
	for range threads * values {
		seen[<-out]++
		in <- 1
	}
	mu.Lock()
	for ended < threads {
		cond.Wait()
	}
	mu.Unlock()
	close(buf)
	<-done
	fmt.Println(len(seen), total, ended)
}
