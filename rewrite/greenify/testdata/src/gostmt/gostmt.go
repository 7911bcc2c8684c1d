package gostmt // want `not registered`

import (
	"sync"
	"time"
)

type small int8
type truth bool

type worker struct{ mu sync.Mutex }

func (w *worker) run(n int)         {}
func (w worker) stop()              {}
func work(a int, s string, e error) {}
func typed(s small, t truth, i any) {}
func spread(a int, rest ...string)  {}
func pair() (int, string)           { return 0, "" }
func two(int, string)               {}
func result() int                   { return 0 }
func generic[T any](v T)            {}

func forms(w *worker, f func(int), a, b int, list []string, c chan int, mu *sync.Mutex) {
	go func() { // want `go statement starts a goroutine outside the hub: replace it by green.Go`
		<-c // want `receive`
	}()
	go func(n int) { println(n) }(a) // want `go statement`
	go func() int { return 1 }()     // want `go statement`
	go result()                      // want `go statement`
	go w.stop()                      // want `go statement`
	go w.run(a)                      // want `go statement`
	go f(1)                          // want `go statement`
	go work(a, "x", nil)             // want `go statement`
	go work(1, "x", nil)             // want `go statement`
	go typed(1<<a, a == b, a < b)    // want `go statement`
	go spread(a, list...)            // want `go statement`
	go spread(a, "x", list[0])       // want `go statement`
	go two(pair())                   // want `go statement`
	go f(result())                   // want `go statement`
	go func(int, string) {}(pair())  // want `go statement`
	go generic(a)                    // want `go statement`
	go generic[any](a)               // want `go statement`
	go close(c)                      // want `go statement`
	go println("x", a)               // want `go statement`
	go time.Sleep(time.Second)       // want `go statement`
	go time.Sleep(time.Duration(a))  // want `go statement`
	go mu.Lock()                     // want `go statement`
	go w.mu.Lock()                   // want `go statement`
	go work(<-c, "x", nil)           // want `go statement` `receive`
	go work(                         // want `go statement`
		a, // first
		"x",
		nil, // last
	)
label:
	go f(a) // want `go statement`
	goto label
}
