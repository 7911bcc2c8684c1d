// runtime/metrics says which goroutines may run, and which wait.
package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

const many = 100

func main() {
	runtime.GOMAXPROCS(1) // nobody takes those that are ready
	debug.SetGCPercent(-1)
	runtime.GC()

	stop := make(chan bool)
	for range many {
		go func() { <-stop }()
	}
	show("started")
	for range many {
		runtime.Gosched()
	}
	show("waiting")
	close(stop)
	show("closed")
}

// show leaves room for the runtime's own goroutines.
func show(when string) {
	s := []metrics.Sample{
		{Name: "/sched/goroutines/runnable:goroutines"},
		{Name: "/sched/goroutines/waiting:goroutines"},
		{Name: "/sched/goroutines/running:goroutines"},
	}
	metrics.Read(s)
	fmt.Println(when, s[0].Value.Uint64() >= many-10, s[1].Value.Uint64() >= many, s[2].Value.Uint64())
}
