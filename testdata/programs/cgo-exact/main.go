// Threads that C made call into Go, all at once and beside main's own goroutines,
// and change a counter without a lock. Each waits for its turn, so no update is
// lost. Interleaving: main is in C, joining the threads, while they call.
//
// needs: cgo
// want: 80 calls from C, 40 from Go, 120 counted
package main

/*
#cgo LDFLAGS: -lpthread
#include <pthread.h>

void count(void);

static void *work(void *unused) {
	for (int i = 0; i < 20; i++)
		count();
	return 0;
}

static void start(pthread_t *t) {
	for (int i = 0; i < 4; i++)
		pthread_create(&t[i], 0, work, 0);
}

static void join(pthread_t *t) {
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], 0);
}
*/
import "C"

import (
	"fmt"
	"runtime"
	"sync"
)

var counter, calls, sink int

//export count
func count() {
	calls++
	add()
}

func add() {
	n := counter
	for k := range 1_000_000 {
		sink += k
	}
	counter = n + 1
}

func main() {
	var threads [4]C.pthread_t
	C.start(&threads[0])
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 10 {
				add()
				runtime.Gosched()
			}
		})
	}
	C.join(&threads[0])
	wg.Wait()
	fmt.Println(calls, "calls from C, 40 from Go,", counter, "counted")
}
