// A C mutex is held over a callback into Go, which waits for another goroutine, while
// others call C that wants the mutex: who waits in C does not keep the hub from the
// one that the callback waits for.
//
// needs: cgo
package main

/*
#include <pthread.h>
void callback(int);
static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static int holds;
static int hold(int n) {
	pthread_mutex_lock(&mu);
	int alone = holds++ == 0;
	callback(n);
	holds--;
	pthread_mutex_unlock(&mu);
	return alone;
}
static int want(void) {
	pthread_mutex_lock(&mu);
	int alone = holds == 0;
	pthread_mutex_unlock(&mu);
	return alone;
}
*/
import "C"

import (
	"fmt"
	"runtime"
	"sync"
	"time"
)

var requests = make(chan chan int)

//export callback
func callback(n C.int) {
	switch n % 3 {
	case 0:
		answer := make(chan int)
		requests <- answer
		<-answer
	case 1:
		time.Sleep(time.Millisecond)
	case 2:
		runtime.Gosched()
	}
}

func main() {
	go func() {
		for r := range requests {
			time.Sleep(time.Millisecond)
			r <- 0
		}
	}()
	var wg sync.WaitGroup
	var held, wanted [4]int
	for i := range held {
		wg.Go(func() {
			for n := range 6 {
				held[i] += int(C.hold(C.int(n)))
			}
		})
		wg.Go(func() {
			for range 6 {
				wanted[i] += int(C.want())
				runtime.Gosched()
			}
		})
	}
	wg.Wait()
	fmt.Println(held, wanted)
}
