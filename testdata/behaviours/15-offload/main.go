// The offload pool, with one worker: work is done in the order in which it came and
// no more of it at once than there are workers, a panic goes on in the caller, work
// within work needs no second worker, and the hub goes on meanwhile.
//
// env: GREENIFY=offload=1
package main

import (
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"behaviours/internal/check"

	green "github.com/greenify-go/greenify/runtime"
)

func explode() { panic("oh") }

const jobs = 6

// ordered returns the order in which the jobs of as many threads were done.
func ordered() (order []int) {
	var (
		wg           sync.WaitGroup
		mu           sync.Mutex
		asked        atomic.Int32
		inside, most atomic.Int32
	)
	for i := range jobs {
		wg.Go(func() {
			asked.Add(1)
			green.Offload(func() {
				most.Store(max(most.Load(), inside.Add(1)))
				defer inside.Add(-1)
				// Until all have asked, and then for long enough to be met by another.
				for asked.Load() < jobs {
				}
				for end := time.Now().Add(20 * time.Millisecond); time.Now().Before(end); {
				}
				mu.Lock()
				order = append(order, i)
				mu.Unlock()
			})
		})
	}
	wg.Wait()
	check.Equal("at once", most.Load(), 1)
	return order
}

func main() {
	// A thread whose time slice is over as it asks, as on a busy machine, comes behind the others.
	var order []int
	for range 3 {
		if order = ordered(); slices.IsSorted(order) {
			break
		}
	}
	check.That(slices.IsSorted(order) && len(order) == jobs, "in order: %v", order)

	var stack string
	value := func() (v any) {
		defer func() {
			v = recover()
			stack = string(debug.Stack())
		}()
		green.Offload(explode)
		return nil
	}()
	check.Equal[any]("panic", value, "oh")
	check.That(strings.Contains(stack, "main.explode"), "with the stack of the work")
	check.That(green.InHub(), "back in the hub")

	nested := false
	green.Offload(func() { green.Offload(func() { nested = !green.InHub() }) })
	check.That(nested, "work within work, by the same worker")

	// Until the ticker has ticked, or never.
	var ticks atomic.Int32
	go func() {
		for {
			time.Sleep(time.Millisecond)
			ticks.Add(1)
		}
	}()
	green.Offload(func() {
		for end := time.Now().Add(check.Limit); ticks.Load() < 5 && time.Now().Before(end); {
		}
	})
	check.That(ticks.Load() >= 5, "the ticker goes on")
}
