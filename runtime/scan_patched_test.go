//go:build greenify

package green_test

import (
	"io"
	"runtime"
	"runtime/trace"
	"sync"
	"sync/atomic"
	"testing"
)

// Threads change their state while a collection, or the tracer, scans their stacks on another
// processor: a scan holds the state, and who changes it waits for that. The stacks are deep, so
// that scans take long. A state that is stored all the same ends the process ("casfrom_Gscanstatus
// failed") or is lost, and the thread with it.
func TestSwitchWhileScanned(t *testing.T) {
	const pairs, depth, scans = 64, 2000, 200
	var deep func(n int, f func()) int
	deep = func(n int, f func()) int {
		if n == 0 {
			f()
			return 0
		}
		return 1 + deep(n-1, f)
	}
	var over atomic.Bool
	var wg sync.WaitGroup
	for range pairs {
		there, back := make(chan int), make(chan int)
		wg.Go(func() {
			deep(depth, func() {
				for i := 0; !over.Load(); i++ {
					there <- i
					if got := <-back; got != i {
						t.Errorf("got %d, want %d", got, i)
					}
				}
				close(there)
			})
		})
		wg.Go(func() {
			deep(depth, func() {
				for i := range there {
					back <- i
				}
			})
		})
	}
	wg.Go(func() {
		defer over.Store(true)
		inNative(func() { // beside the threads
			for n := range scans {
				runtime.GC()
				if n%4 != 0 || trace.IsEnabled() { // go test -trace
					continue
				}
				if err := trace.Start(io.Discard); err != nil {
					t.Error(err)
					return
				}
				trace.Stop() // looks at each thread that has had no event
			}
		})
	})
	wg.Wait()
}
