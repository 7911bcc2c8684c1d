//go:build greenify

package green_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	green "github.com/greenify-go/greenify/runtime"
)

// TestKillWriter: a killed RWMutex.Lock is as if it had never been there, also while the
// readers that it waited for stay.
func TestKillWriter(t *testing.T) {
	state := func(rw *sync.RWMutex) string {
		if isFree(reflect.ValueOf(rw).Elem()) {
			return "free"
		}
		return fmt.Sprintf("%+v", rw)
	}
	lock := func(rw *sync.RWMutex) *green.Task[int] {
		task := green.Spawn(func() (int, error) { rw.Lock(); return 1, nil })
		settle()
		return task
	}
	rlock := func(rw *sync.RWMutex) *green.Task[int] {
		task := green.Spawn(func() (int, error) { rw.RLock(); return 1, nil })
		settle()
		return task
	}
	done := func(task *green.Task[int]) bool {
		settle()
		select {
		case <-task.Done():
			return true
		default:
			return false
		}
	}
	for _, c := range []struct {
		name string
		do   func(t *testing.T, rw *sync.RWMutex) // has one reader, and a writer that is killed
	}{
		{"readers come", func(t *testing.T, rw *sync.RWMutex) {
			if !rw.TryRLock() || !done(rlock(rw)) {
				t.Fatal("readers wait for nobody")
			}
			if rw.TryLock() {
				t.Fatal("locked beside readers")
			}
			rw.RUnlock()
			rw.RUnlock()
			rw.RUnlock()
		}},
		{"a writer comes", func(t *testing.T, rw *sync.RWMutex) {
			w := lock(rw)
			r := rlock(rw)
			if done(w) || done(r) || rw.TryRLock() || rw.TryLock() {
				t.Fatal("a writer that waits keeps out readers, and readers it")
			}
			rw.RUnlock()
			if !done(w) || done(r) {
				t.Fatal("the writer has its turn")
			}
			rw.Unlock()
			if !done(r) {
				t.Fatal("the reader has its turn")
			}
			rw.RUnlock()
		}},
		{"the next is killed too", func(t *testing.T, rw *sync.RWMutex) {
			for range 3 {
				w, r := lock(rw), rlock(rw)
				killIn(t, w, "sync.RWMutex.Lock")
				if !done(r) {
					t.Fatal("the reader waits for nobody")
				}
				rw.RUnlock()
			}
			rw.RUnlock()
		}},
		{"the reader leaves", func(t *testing.T, rw *sync.RWMutex) {
			rw.RUnlock()
			if !rw.TryLock() {
				t.Fatal("not free")
			}
			rw.Unlock()
		}},
		{"and locks at once", func(t *testing.T, rw *sync.RWMutex) {
			rw.RUnlock()
			rw.Lock()
			w := lock(rw)
			rw.Unlock()
			if !done(w) {
				t.Fatal("lost")
			}
			rw.Unlock()
		}},
	} {
		for _, blocked := range []int{0, 1, 5} {
			for _, ran := range []bool{true, false} {
				t.Run(fmt.Sprint(c.name, blocked, ran), func(t *testing.T) {
					rw := new(sync.RWMutex)
					rw.RLock()
					w := lock(rw)
					var readers []*green.Task[int]
					for range blocked {
						readers = append(readers, rlock(rw))
					}
					if blocked > 0 && done(readers[0]) {
						t.Fatal("a reader passes a writer that waits")
					}
					w.Kill()
					if ran || blocked > 0 {
						settle()
					}
					for _, r := range readers {
						if !done(r) {
							t.Fatal("a reader waits for nobody")
						}
						rw.RUnlock()
					}
					c.do(t, rw)
					settle()
					if s := state(rw); s != "free" {
						t.Error(s)
					}
					if _, err := w.Wait(); err != green.ErrKilled {
						t.Error(err)
					}
				})
			}
		}
	}
	t.Run("the next waits already", func(t *testing.T) {
		rw := new(sync.RWMutex)
		rw.RLock()
		first, second := lock(rw), lock(rw)
		killIn(t, first, "sync.RWMutex.Lock")
		if done(second) || rw.TryRLock() {
			t.Fatal("the second writer waits in its place")
		}
		rw.RUnlock()
		if !done(second) {
			t.Fatal("lost")
		}
		rw.Unlock()
		if s := state(rw); s != "free" {
			t.Error(s)
		}
	})
}

// TestKillRWMutexNative: readers and writers of both kinds, of which many are killed.
// Nobody is beside a writer, and in the end it is free.
func TestKillRWMutexNative(t *testing.T) {
	rw := new(sync.RWMutex)
	var inside, writers atomic.Int32
	read := func() {
		rw.RLock()
		inside.Add(1)
		if writers.Load() != 0 {
			t.Error("a reader beside a writer")
		}
		if rand.IntN(4) == 0 {
			runtime.Gosched()
		}
		inside.Add(-1)
		rw.RUnlock()
	}
	write := func() {
		rw.Lock()
		if writers.Add(1) != 1 || inside.Load() != 0 {
			t.Error("a writer beside another, or a reader")
		}
		writers.Add(-1)
		rw.Unlock()
	}
	any := func() {
		switch rand.IntN(6) {
		case 0, 1, 2:
			read()
		case 3:
			if rw.TryRLock() {
				inside.Add(1)
				if writers.Load() != 0 {
					t.Error("a reader beside a writer")
				}
				inside.Add(-1)
				rw.RUnlock()
			}
		case 4:
			if rw.TryLock() {
				if writers.Add(1) != 1 || inside.Load() != 0 {
					t.Error("a writer beside another, or a reader")
				}
				writers.Add(-1)
				rw.Unlock()
			}
		case 5:
			write()
		}
	}
	var stop atomic.Bool
	var natives sync.WaitGroup
	for range 3 {
		natives.Add(1)
		go inNative(func() {
			defer natives.Done()
			for !stop.Load() {
				any()
				runtime.Gosched() // so that it does not take a processor from the hub for a slice
			}
		})
	}
	for i := range 20_000 {
		var tasks []*green.Task[int]
		for range 3 {
			tasks = append(tasks, green.Spawn(func() (int, error) {
				defer func() { // killed with the lock: not in here
					if inside.Load() < 0 {
						t.Error("left twice")
					}
				}()
				rw.Lock()
				defer rw.Unlock()
				if writers.Add(1) != 1 || inside.Load() != 0 {
					t.Error("a writer beside another, or a reader")
				}
				writers.Add(-1)
				return 1, nil
			}))
		}
		for range i % 4 {
			runtime.Gosched()
		}
		for _, task := range tasks {
			task.Kill()
		}
		if i%16 == 0 {
			read()
		}
		for _, task := range tasks {
			if !ended(task) {
				t.Fatalf("round %d: a writer never ends: %+v", i, rw)
			}
		}
	}
	stop.Store(true)
	natives.Wait()
	if !isFree(reflect.ValueOf(rw).Elem()) {
		t.Errorf("%+v", rw)
	}
}
