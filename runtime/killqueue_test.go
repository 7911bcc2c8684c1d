//go:build greenify

package green_test

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	green "github.com/greenify-go/greenify/runtime"
)

// TestKillPut: a killed Put has put nothing, whoever serves the queue before the thread
// has run, and whatever the order and the limit.
func TestKillPut(t *testing.T) {
	for name, make := range map[string]func(limit int) *green.Queue[int]{
		"queue":    green.NewQueue[int],
		"stack":    green.NewStack[int],
		"priority": func(limit int) *green.Queue[int] { return green.NewPriorityQueue(limit, cmp.Less[int]) },
	} {
		for _, limit := range []int{0, 1, 3} {
			t.Run(fmt.Sprint(name, limit), func(t *testing.T) {
				q := make(limit)
				for i := range limit {
					q.Put(i)
				}
				put := func(v int) *green.Task[int] {
					task := green.Spawn(func() (int, error) { return v, q.Put(v) })
					settle()
					return task
				}
				first, dead, last := put(100), put(101), put(102)
				dead.Kill()
				got := []int{}
				for range limit + 3 { // before it has run
					if v, ok := q.TryGet(); ok {
						got = append(got, v)
					}
				}
				if len(got) != limit+2 || slices.Contains(got, 101) {
					t.Errorf("got %v", got)
				}
				if _, err := dead.Wait(); err != green.ErrKilled {
					t.Error(err)
				}
				for _, task := range []*green.Task[int]{first, last} {
					if _, err := task.Wait(); err != nil {
						t.Error(err)
					}
				}
				for range got {
					q.TaskDone()
				}
				q.Join() // nobody counts the item that was not put
				if q.Len() != 0 {
					t.Error(q.Len(), "left")
				}
			})
		}
	}
}

// TestKillGet: a killed Get takes nothing, and a Put without a limit does not count on it.
func TestKillGet(t *testing.T) {
	q := green.NewQueue[int](0)
	get := func() *green.Task[int] {
		task := green.Spawn(func() (int, error) { v, _ := q.Get(); return v, nil })
		settle()
		return task
	}
	dead := get()
	dead.Kill()
	if q.TryPut(1) {
		t.Error("put, and nobody takes it")
	}
	dead, next := get(), get()
	dead.Kill()
	if !q.TryPut(2) {
		t.Error("not put, though somebody waits")
	}
	if v, err := next.Wait(); v != 2 || err != nil {
		t.Error(v, err)
	}
	settle()
	if q.Len() != 0 {
		t.Error(q.Len(), "left")
	}
	dead = get()
	dead.Kill()
	q.Close()
	if _, err := dead.Wait(); err != green.ErrKilled {
		t.Error(err)
	}
}

// TestKillAcquire: a killed Acquire gets nothing, and lets those behind it pass.
func TestKillAcquire(t *testing.T) {
	s := green.NewSemaphore(2)
	s.Acquire(1)
	acquire := func(n int) *green.Task[int] {
		task := green.Spawn(func() (int, error) { s.Acquire(n); return n, nil })
		settle()
		return task
	}
	big, small := acquire(2), acquire(1)
	big.Kill()
	if s.Release(1); s.Free() != 1 { // before big has run: small has got one
		t.Error(s.Free(), "free")
	}
	if _, err := big.Wait(); err != green.ErrKilled {
		t.Error(err)
	}
	if _, err := small.Wait(); err != nil {
		t.Error(err)
	}
	big = acquire(2)
	small = acquire(1)
	killIn(t, big, "chan receive")
	if _, err := small.Wait(); err != nil || s.Free() != 0 {
		t.Error(err, s.Free())
	}
}

// TestKillQueueNative: native goroutines put, get, acquire and release beside threads
// that are killed at any moment. What a task says it has put is got once, what a
// killed one tried to put is not there, and no unit is lost.
func TestKillQueueNative(t *testing.T) {
	const rounds = 3000
	sem := green.NewSemaphore(2)
	for _, q := range []*green.Queue[int]{green.NewQueue[int](0), green.NewQueue[int](2), green.NewPriorityQueue(1, cmp.Less[int])} {
		var sum atomic.Int64 // of what was got
		var stop atomic.Bool
		var natives sync.WaitGroup
		for i := range 2 {
			natives.Add(1)
			go inNative(func() {
				defer natives.Done()
				for !stop.Load() {
					if v, ok := q.TryGet(); ok {
						sum.Add(int64(v))
					}
					if i == 1 && sem.TryAcquire(1) {
						sem.Release(1)
					}
					runtime.Gosched() // so that it does not take a processor from the hub for a slice
				}
			})
		}
		want := int64(0)
		for i := range rounds {
			task := green.Spawn(func() (int, error) {
				sem.Acquire(1)
				defer sem.Release(1)
				if err := q.Put(1); err != nil {
					return 0, err
				}
				want++
				return 1, nil
			})
			for range i % 3 {
				runtime.Gosched()
			}
			go task.Kill()
			if !ended(task) {
				t.Fatal("never ends")
			}
		}
		stop.Store(true)
		natives.Wait()
		for v, ok := q.TryGet(); ok; v, ok = q.TryGet() {
			sum.Add(int64(v))
		}
		if sum.Load() != want || sem.Free() != 2 {
			t.Errorf("put %d, got %d; %d units of 2", want, sum.Load(), sem.Free())
		}
	}
}
