//go:build greenify

package green_test

import (
	"io"
	"runtime"
	"runtime/metrics"
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

// The size of new stacks is the average of those that are used: threads that queue and have not
// run yet do not count. If they did, each request of a busy server would have to grow its stack.
//
// Interleaving: 100 threads are parked with more than the least stack in use, and of 1,000
// others none has run when the collection comes, which an allocation begins: it does not yield.
// If the machine is so slow that the hub preempts the test meanwhile, it begins again.
func TestStackSize(t *testing.T) {
	var over sync.WaitGroup
	hold := make(chan bool)
	for range 100 {
		over.Go(func() { park(hold) })
	}
	runtime.Gosched()
	samples := []metrics.Sample{{Name: "/gc/stack/starting-size:bytes"}, {Name: "/gc/cycles/automatic:gc-cycles"}}
	for {
		var ran atomic.Int32
		for range 1000 {
			over.Go(func() { ran.Add(1) })
		}
		metrics.Read(samples)
		for begun := samples[1].Value.Uint64(); samples[1].Value.Uint64() < begun+2; metrics.Read(samples) {
			for range 16 {
				garbage = make([]byte, 64<<10)
			}
		}
		if ran.Load() == 0 {
			break
		}
	}
	if got := samples[0].Value.Uint64(); got < 8192 {
		t.Errorf("new stacks have %d bytes while all that are used have more than 5,000", got)
	}
	close(hold)
	over.Wait()
}

var garbage []byte

// park waits with a stack of 5,000 bytes.
//
//go:noinline
func park(hold chan bool) byte {
	var frame [5000]byte
	<-hold
	return frame[len(hold)]
}
