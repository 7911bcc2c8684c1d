// runtime/metrics says which goroutines may run, and which wait. Interleaving: main starts
// goroutines, lets them wait, and makes them ready, and none runs meanwhile but where it yields.
// A machine with other work may preempt it, so that some run: then it begins again.
package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

const many = 100

func main() {
	runtime.GOMAXPROCS(1) // nobody takes those that are ready
	debug.SetGCPercent(-1)
	runtime.GC()

	const want = "started true false 1, waiting false true 1, closed true false 1"
	var got string
	for range 1000 {
		if got = try(); got == want {
			break
		}
	}
	fmt.Println(got)
}

func try() string {
	stop := make(chan bool)
	var ended sync.WaitGroup
	for range many {
		ended.Go(func() { <-stop })
	}
	started := count()
	for range many {
		runtime.Gosched()
	}
	waiting := count()
	close(stop)
	closed := count()
	ended.Wait()
	return fmt.Sprintf("started %s, waiting %s, closed %s", started, waiting, closed)
}

// count tells whether about all may run, whether all wait, and how many run. It leaves room for
// the runtime's own goroutines.
func count() string {
	s := []metrics.Sample{
		{Name: "/sched/goroutines/runnable:goroutines"},
		{Name: "/sched/goroutines/waiting:goroutines"},
		{Name: "/sched/goroutines/running:goroutines"},
	}
	metrics.Read(s)
	return fmt.Sprint(s[0].Value.Uint64() >= many-10, s[1].Value.Uint64() >= many, s[2].Value.Uint64())
}
