// Finalizers and cleanups, which the runtime calls on goroutines of its own, and
// main change a counter without a lock. Each waits for its turn, so no update is
// lost, and main, which polls for them by collections, does not keep them waiting.
//
// want: 90
package main

import (
	"fmt"
	"runtime"
)

type object struct{ payload [64]byte }

var counter, ran, sink int

func add() {
	n := counter
	for k := range 1_000_000 {
		sink += k
	}
	counter = n + 1
}

func finish(*object) {
	ran++
	add()
}

func main() {
	func() {
		for range 30 {
			runtime.SetFinalizer(new(object), finish)
			runtime.AddCleanup(new(object), finish, nil)
		}
	}()
	for i := 0; i < 30 || ran < 60; i++ {
		if i < 30 {
			add()
		}
		runtime.GC()
	}
	fmt.Println(counter)
}
