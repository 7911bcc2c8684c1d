//go:build greenify

package green_test

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// The number of processors changes between one and two while threads, and goroutines beside the
// hub, lock channels, semaphores and Conds: with one processor these are locked in another way.
// Interleaving: with two, a thread and a native goroutine lock the same ones at the same time; with
// one, either is preempted anywhere, and the other one changes the number. A lock that lets both
// in, or is unlocked in the other way, loses a value or a wake-up, or ends the process.
func TestOneProcessor(t *testing.T) {
	const changes = 1000
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	var over atomic.Bool
	var wg sync.WaitGroup
	both := func(f func(me int)) { // by a thread and beside the hub
		wg.Go(func() { f(0) })
		wg.Go(func() { inNative(func() { f(1) }) })
	}

	values := make(chan int, 4)
	var sent, got [2]int
	var senders atomic.Int32
	senders.Store(2)
	both(func(me int) {
		for n := 0; !over.Load(); n++ {
			values <- n
			sent[me] += n
		}
		if senders.Add(-1) == 0 {
			close(values)
		}
	})
	both(func(me int) {
		for n := range values {
			got[me] += n
		}
	})

	var mu sync.Mutex
	var locked, counted atomic.Int64
	n := 0
	both(func(int) {
		for !over.Load() {
			mu.Lock()
			n++
			if n%8 == 0 {
				runtime.Gosched()
			}
			mu.Unlock()
			counted.Add(1)
		}
		locked.Add(1)
	})

	turn, cond := 0, sync.NewCond(new(sync.Mutex))
	both(func(me int) {
		for !over.Load() {
			cond.L.Lock()
			for turn%2 != me && !over.Load() {
				cond.Wait()
			}
			turn++
			cond.Broadcast()
			cond.L.Unlock()
		}
		cond.Broadcast()
	})

	wg.Go(func() {
		inNative(func() {
			for n := range changes {
				runtime.GOMAXPROCS(1 + n%2)
				for begin := time.Now(); time.Since(begin) < 200*time.Microsecond; {
				}
			}
			over.Store(true)
			cond.L.Lock()
			cond.Broadcast()
			cond.L.Unlock()
		})
	})
	wg.Wait()
	if s, g := sent[0]+sent[1], got[0]+got[1]; s != g || s == 0 {
		t.Errorf("sent %d, got %d", s, g)
	}
	if int64(n) != counted.Load() || locked.Load() != 2 {
		t.Errorf("locked %d times, counted %d", counted.Load(), n)
	}
	if turn == 0 {
		t.Error("nobody had a turn")
	}
}
