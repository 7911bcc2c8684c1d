//go:build greenify

package green_test

import (
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	green "github.com/greenify-go/greenify/runtime"
)

// Waiters of one object in large numbers.
var crowds = []struct {
	name, wait string
	make       func() (wait func(), wake func(n int), check func() any)
}{
	{"mutex", "sync.Mutex.Lock", func() (wait func(), wake func(n int), check func() any) {
		m := new(sync.Mutex)
		m.Lock()
		return func() { m.Lock(); m.Unlock() }, func(int) { m.Unlock() }, func() any { return m }
	}},
	{"reader", "sync.RWMutex.RLock", func() (wait func(), wake func(n int), check func() any) {
		m := new(sync.RWMutex)
		m.Lock()
		return func() { m.RLock(); m.RUnlock() }, func(int) { m.Unlock() }, func() any { return m }
	}},
	{"writer", "sync.Mutex.Lock", func() (wait func(), wake func(n int), check func() any) {
		m := new(sync.RWMutex)
		m.Lock()
		return func() { m.Lock(); m.Unlock() }, func(int) { m.Unlock() }, func() any { return m }
	}},
	{"waitgroup", "sync.WaitGroup.Wait", func() (wait func(), wake func(n int), check func() any) {
		g := new(sync.WaitGroup)
		g.Add(1)
		return g.Wait, func(int) { g.Done() }, func() any { return g }
	}},
	{"cond, signalled", "sync.Cond.Wait", func() (wait func(), wake func(n int), check func() any) {
		m := new(sync.Mutex)
		c := sync.NewCond(m)
		return func() { m.Lock(); defer m.Unlock(); c.Wait() }, func(n int) {
			for range n {
				c.Signal()
			}
		}, func() any { return m }
	}},
	{"cond, broadcast", "sync.Cond.Wait", func() (wait func(), wake func(n int), check func() any) {
		m := new(sync.Mutex)
		c := sync.NewCond(m)
		return func() { m.Lock(); defer m.Unlock(); c.Wait() }, func(int) { c.Broadcast() }, func() any { return m }
	}},
	{"queue", "chan receive", func() (wait func(), wake func(n int), check func() any) {
		q := green.NewQueue[int](-1)
		return func() { q.Get() }, func(n int) {
			for range n {
				q.Put(1)
			}
		}, func() any { n := q.Len(); return &n }
	}},
	{"semaphore", "chan receive", func() (wait func(), wake func(n int), check func() any) {
		s := green.NewSemaphore(1 << 30)
		s.Acquire(1 << 30)
		return func() { s.Acquire(1) }, func(n int) { s.Release(n) }, func() any { n := s.Free(); return &n }
	}},
}

// TestKillMany kills some of many waiters of one object, in any order. The others are
// woken in the order in which they came, and none is left.
func TestKillMany(t *testing.T) {
	for _, c := range crowds {
		t.Run(c.name, func(t *testing.T) {
			for round := range 20 {
				random := rand.New(rand.NewPCG(1, uint64(round)))
				n := 1 + random.IntN(40)
				wait, wake, check := c.make()
				var woken, want []int
				var tasks []*green.Task[int]
				for i := range n {
					tasks = append(tasks, green.Spawn(func() (int, error) {
						wait()
						woken = append(woken, i)
						return i, nil
					}))
				}
				settle()
				for i, task := range tasks {
					if got := waitOf(task.ID()); got != c.wait {
						t.Fatalf("%d waits in %q", i, got)
					}
					want = append(want, i)
				}
				dead := random.Perm(n)[:random.IntN(n+1)]
				switch round % 3 {
				case 1:
					slices.Sort(dead)
				case 2:
					slices.Sort(dead)
					slices.Reverse(dead)
				}
				for _, i := range dead {
					tasks[i].Kill()
					want = slices.DeleteFunc(want, func(v int) bool { return v == i })
					if random.IntN(2) == 0 {
						settle()
					}
				}
				wake(len(want))
				for i, task := range tasks {
					if !ended(task) {
						t.Fatalf("round %d: %d of %d never wakes; killed %v", round, i, n, dead)
					}
					if _, err := task.Wait(); (err == green.ErrKilled) != slices.Contains(dead, i) {
						t.Errorf("%d: %v", i, err)
					}
				}
				if !slices.Equal(woken, want) {
					t.Errorf("killed %v, woken %v, want %v", dead, woken, want)
				}
				if v := check(); !isFree(reflect.ValueOf(v).Elem()) {
					t.Errorf("%+v is left", v)
				}
			}
		})
	}
}

// TestKillManyFast kills 200,000 waiters of one object. A kill that looks for the waiter
// from one end of their list takes many minutes for them; the limit is not a measure.
func TestKillManyFast(t *testing.T) {
	const n, limit = 200_000, 2 * time.Minute
	for _, c := range crowds {
		if c.name != "mutex" && c.name != "cond, signalled" && c.name != "semaphore" {
			continue // as one of these
		}
		t.Run(c.name, func(t *testing.T) {
			wait, _, _ := c.make()
			tasks := make([]*green.Task[int], n)
			for i := range tasks {
				tasks[n-1-i] = green.Spawn(func() (int, error) { wait(); return 0, nil })
			}
			for waitOf(tasks[0].ID()) != c.wait {
				runtime.Gosched()
			}
			start := time.Now()
			for i, task := range tasks { // last first
				if task.Kill(); i%1000 == 0 && time.Since(start) > limit {
					t.Fatalf("%d kills took %v", i, time.Since(start))
				}
			}
			t.Logf("%d kills in %v", n, time.Since(start))
			for _, task := range tasks {
				task.Wait()
			}
		})
	}
}
