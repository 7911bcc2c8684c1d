// Package programs is programs with one concurrency bug each, of the kinds of SCTBench
// (Thomson, Donaldson, Betts, TOPC 2016) and of the sets that it and its successors are
// made of, written anew from what is published of them. A test fails, or cannot go on,
// in the schedules that have the bug.
//
// In the originals each access to a variable is a point where another thread may run. Here
// operations on locks and channels are, so a variable that the original reads and writes
// without a lock is a cell: an access is a critical section of its own. The schedules are
// the same.
package programs

import "sync"

// A cell is a variable that is accessed without a lock.
type cell[T comparable] struct {
	mu sync.Mutex
	v  T
}

func (c *cell[T]) load() T {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.v
}

func (c *cell[T]) store(v T) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.v = v
}

// swap is compare-and-swap.
func (c *cell[T]) swap(old, v T) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.v != old {
		return false
	}
	c.v = v
	return true
}

// each runs f in n threads, and waits for them.
func each(n int, f func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}

// all runs functions in threads of their own, in this order, and waits for them.
func all(fs ...func()) { each(len(fs), func(i int) { fs[i]() }) }
