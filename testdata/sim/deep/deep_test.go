// Package deep is programs whose bug lies behind several things that few schedules do, one behind
// the other. They show what greenify test -sim -feedback is for.
package deep

import (
	"sync"
	"testing"
)

// A cell is a variable, of which each access is a critical section.
type cell struct {
	mu sync.Mutex
	v  int
}

func (c *cell) load() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.v
}

func (c *cell) store(v int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.v = v
}

// ladder: a thread reads twice at each rung, and goes on if the value is another one by then. The
// bug is at the top, as in a protocol whose states are each left by a message that comes just in time.
func ladder(t *testing.T, rungs int) {
	var c cell
	climb := []func() bool{
		func() bool { return c.load() != c.load() },
		func() bool { return c.load() != c.load() },
		func() bool { return c.load() != c.load() },
		func() bool { return c.load() != c.load() },
		func() bool { return c.load() != c.load() },
		func() bool { return c.load() != c.load() },
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for _, changed := range climb[:rungs] {
			if !changed() {
				return
			}
		}
		t.Error("at the top")
	})
	wg.Go(func() {
		for i := range rungs + rungs/2 {
			c.store(i + 1)
		}
	})
	wg.Wait()
}

func TestLadder2(t *testing.T) { ladder(t, 2) }
func TestLadder3(t *testing.T) { ladder(t, 3) }
func TestLadder4(t *testing.T) { ladder(t, 4) }
func TestLadder5(t *testing.T) { ladder(t, 5) }
func TestLadder6(t *testing.T) { ladder(t, 6) }
