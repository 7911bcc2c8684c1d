//go:build greenify

package green_test

import (
	"context"
	"errors"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	green "github.com/greenify-go/greenify/runtime"
)

// What a kill must not lose. Each interleaving is arranged: a thread is killed where
// it waits, and where it waits is looked up.

// killIn kills a task that waits as want says, and lets others run.
func killIn(t *testing.T, task interface {
	ID() uint64
	Kill() error
}, want string) {
	t.Helper()
	if got := waitOf(task.ID()); got != want {
		t.Fatalf("waits in %q, want %q", got, want)
	}
	if err := task.Kill(); err != nil {
		t.Fatal(err)
	}
	settle()
}

// ended reports whether the task ends. A task that was lost never does.
func ended(h interface{ Done() <-chan struct{} }) bool {
	select {
	case <-h.Done():
		return true
	case <-time.After(20 * time.Second):
		return false
	}
}

// isFree reports whether a lock is as it was made, but for what it knows of its holders
// with -locks.
func isFree(v reflect.Value) bool {
	if v.Kind() != reflect.Struct {
		return v.IsZero()
	}
	for i := range v.NumField() {
		if v.Type().Field(i).Name != "hub" && !isFree(v.Field(i)) {
			return false
		}
	}
	return true
}

// TestKillOnce: a thread that is killed in the function of a sync.OnceFunc does not end
// the program, as Goexit would there. The function counts as called; if it has a value to
// return it is called again, by who waits for it already, and is called no more.
func TestKillOnce(t *testing.T) {
	calls := 0
	value := func() int {
		if calls++; calls == 1 {
			select {}
		}
		return calls
	}
	both := func(f func() (int, int)) func() int {
		return func() int { a, b := f(); return a + b }
	}
	twice := func() (int, int) { return value(), 1 }
	called := func(f func()) func() int {
		return func() int { f(); return calls }
	}
	for _, c := range []struct {
		name string
		once func() int
		want int
	}{
		{"sync.OnceFunc", called(sync.OnceFunc(func() { value() })), 1},
		{"sync.OnceValue", sync.OnceValue(value), 2},
		{"sync.OnceValues", both(sync.OnceValues(twice)), 3},
		{"green.OnceFunc", called(green.OnceFunc(func() { value() })), 1},
		{"green.OnceValue", green.OnceValue(value), 2},
		{"green.OnceValues", both(green.OnceValues(twice)), 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			calls = 0
			call := func() (int, error) { return c.once(), nil }
			killed := green.Spawn(call)
			settle()
			waiting := green.Spawn(call)
			settle()
			killIn(t, killed, "select (no cases)")
			if _, err := killed.Wait(); err != green.ErrKilled {
				t.Error("killed:", err)
			}
			if !ended(waiting) {
				t.Fatal("who waits for it hangs")
			}
			for _, task := range []*green.Task[int]{waiting, green.Spawn(call)} {
				if got, err := task.Wait(); got != c.want || err != nil {
					t.Errorf("it returns %v, %v, want %d", got, err, c.want)
				}
			}
		})
	}
}

// TestKillOwnLocks: a thread that waits for a lock of package green, which a native
// goroutine has just then, finishes what it does there, though it is killed meanwhile.
func TestKillOwnLocks(t *testing.T) {
	sem := green.NewSemaphore(3)
	queue := green.NewQueue[int](-1)
	var event green.Event[int]
	var dag green.DAG[string, int]
	sem.Acquire(1)
	queue.Put(1)
	queue.Put(2)
	for _, c := range []struct {
		name  string
		of    any
		do    func()
		check func() bool
	}{
		{"Semaphore.Release", sem, func() { sem.Release(1) }, func() bool { return sem.Free() == 3 }},
		{"Semaphore.TryAcquire", sem, func() { sem.TryAcquire(1) }, func() bool { return sem.Free() == 2 }},
		{"Semaphore.Resize", sem, func() { sem.Resize(5) }, func() bool { return sem.Free() == 4 }},
		{"Queue.Put", queue, func() { queue.Put(3) }, func() bool { return queue.Len() == 3 }},
		{"Queue.TaskDone", queue, func() { queue.TaskDone() }, func() bool { queue.TaskDone(); queue.TaskDone(); queue.Join(); return true }},
		{"Queue.Get", queue, func() {
			v, _ := queue.Get()
			queue.Put(10 + v) // does not wait
		}, func() bool { return queue.Len() == 3 }},
		{"Queue.Close", queue, queue.Close, func() bool { return queue.Put(1) == green.ErrClosed }},
		{"Event.Send", &event, func() { event.Send(7) }, func() bool { v, _ := event.Wait(); return v == 7 }},
		{"DAG.Set", &dag, func() { dag.Set("k", 7) }, func() bool { v, _ := dag.Wait("k"); return v == 7 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			lock := green.Guard(c.of)
			release, locked := make(chan bool), make(chan bool)
			go inNative(func() {
				lock.Lock()
				locked <- true
				<-release
				lock.Unlock()
			})
			<-locked
			went := false
			task := green.Spawn(func() (int, error) {
				func() {
					defer c.do() // on the normal path
				}()
				went = true
				runtime.Gosched()
				t.Error("goes on behind a yield point")
				return 1, nil
			})
			settle()
			killIn(t, task, "sync.Mutex.Lock")
			close(release)
			if !ended(task) {
				t.Fatal("never ends")
			}
			if _, err := task.Wait(); err != green.ErrKilled || !went {
				t.Errorf("%v, went on: %v", err, went)
			}
			if !c.check() {
				t.Error("it was not done")
			}
		})
	}
}

// TestKillEnding: a task that is killed as it ends, while a native goroutine has its
// lock, closes Done and calls its links; what it returned stands.
func TestKillEnding(t *testing.T) {
	for _, begins := range []bool{false, true} {
		release, locked := make(chan bool), make(chan bool)
		gate := make(chan bool)
		task := green.Spawn(func() (int, error) { <-gate; return 1, nil })
		linked := false
		task.Link(func(*green.Handle) { linked = true })
		hold := func() {
			go inNative(func() {
				green.Guard(task.Handle).Lock()
				locked <- true
				<-release
				green.Guard(task.Handle).Unlock()
			})
			<-locked
		}
		var id uint64
		if begins {
			before := threadIDs()
			hold()
			settle()
			for _, th := range green.Threads() {
				if !slices.Contains(before, th.ID) && th.Wait == "sync.Mutex.Lock" {
					id = th.ID
				}
			}
			// Its handle cannot kill it yet; greenify top can.
		} else {
			settle()
			id = task.ID()
			hold()
			close(gate)
			settle()
		}
		if got := waitOf(id); got != "sync.Mutex.Lock" && !begins {
			t.Fatalf("waits in %q", got)
		}
		if !begins {
			green.KillThread(task.Handle)
		}
		settle()
		close(release)
		if begins {
			close(gate)
		}
		if !ended(task) {
			t.Fatal("Done is never closed")
		}
		settle()
		if v, err := task.Wait(); v != 1 || err != nil || !linked {
			t.Errorf("%v, %v, linked: %v", v, err, linked)
		}
	}
}

func threadIDs() (list []uint64) {
	for _, th := range green.Threads() {
		list = append(list, th.ID)
	}
	return list
}

// TestKillPanicking: a kill does not end a panic, wherever the deferred call waits; once
// it is recovered the kill is delivered.
func TestKillPanicking(t *testing.T) {
	for name, wait := range map[string]func(){
		"yield": settle,
		"sleep": func() { time.Sleep(5 * time.Millisecond) },
		"select": func() {
			var c chan int
			select {
			case <-c:
			case <-time.After(5 * time.Millisecond):
			}
		},
		"offload": func() { green.Offload(func() { time.Sleep(time.Millisecond) }) },
		"queue":   func() { q := green.NewQueue[int](0); go q.Put(1); settle(); q.Get() },
		"nested": func() {
			defer func() { recover() }()
			defer settle()
			panic("another")
		},
		"goexit in between": func() {
			done := make(chan bool)
			go func() { defer close(done); defer settle(); runtime.Goexit() }()
			<-done
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			err := func() (err error) {
				defer func() {
					if v := recover(); v != nil {
						err, _ = v.(error)
					}
				}()
				return green.WithContext(ctx, func() error {
					defer func() {
						cancel()
						wait()
						settle()
					}()
					panic("lost?")
				})
			}()
			if p := (*green.PanicError)(nil); !errors.As(err, &p) || p.Value != "lost?" {
				t.Errorf("the panic became %v", err)
			}

			behind := false
			task := green.Spawn(func() (int, error) {
				func() {
					defer func() { recover() }()
					defer func() {
						h := green.Current()
						green.Spawn(func() (int, error) { return 0, h.Kill() }).Wait()
						wait()
					}()
					panic("recovered")
				}()
				behind = true
				settle()
				t.Error("goes on")
				return 1, nil
			})
			if _, err := task.Wait(); err != green.ErrKilled || !behind {
				t.Errorf("%v, came behind the panic: %v", err, behind)
			}
		})
	}
}

// TestKillGoexit: Goexit is no panic in that sense: what waits in its deferred calls is
// killed.
func TestKillGoexit(t *testing.T) {
	task := green.Spawn(func() (int, error) {
		defer func() { select {} }()
		runtime.Goexit()
		return 1, nil
	})
	settle()
	killIn(t, task, "select (no cases)")
	if !ended(task) {
		t.Fatal("never ends")
	}
}

// TestKillCollected: threads are killed in Gosched while the collector scans their stacks,
// and shrinks them. (The window is some instructions wide.)
func TestKillCollected(t *testing.T) {
	var over atomic.Bool
	collected := make(chan bool)
	go func() {
		defer close(collected)
		for !over.Load() {
			runtime.GC() // beside the hub
		}
	}()
	var deep func(n int) int
	deep = func(n int) int {
		if n == 0 {
			return 0
		}
		var room [256]byte
		return deep(n-1) + int(room[n%len(room)])
	}
	for range 40 {
		tasks := make([]*green.Task[int], 20)
		for i := range tasks {
			tasks[i] = green.Spawn(func() (int, error) {
				deep(100)
				for {
					runtime.Gosched()
				}
			})
		}
		settle()
		for _, task := range tasks {
			if err := task.Kill(); err != nil {
				t.Fatal(err)
			}
		}
		for _, task := range tasks {
			if _, err := task.Wait(); !errors.Is(err, green.ErrKilled) {
				t.Fatal(err)
			}
		}
	}
	over.Store(true)
	<-collected
}

// TestKillBeforeUnder: a caller that is killed as it starts what a timeout guards leaves
// nothing behind. Interleaving: it waits for the context's lock.
func TestKillUnder(t *testing.T) {
	ctx := slowContext{context.Background(), make(chan bool), make(chan bool)}
	over := false
	task := green.Spawn(func() (int, error) {
		return 0, green.WithContext(ctx, func() error {
			defer func() { over = true }()
			select {}
		})
	})
	<-ctx.asked
	task.Kill()
	close(ctx.go_)
	if !ended(task) {
		t.Fatal("never ends")
	}
	if settle(); !over {
		t.Error("what it has started goes on")
	}
}

// A slowContext waits when it is asked how it ends.
type slowContext struct {
	context.Context
	asked, go_ chan bool
}

func (c slowContext) Done() <-chan struct{} {
	if pc, _, _, _ := runtime.Caller(1); strings.Contains(runtime.FuncForPC(pc).Name(), "propagateCancel") {
		c.asked <- true
		<-c.go_
	}
	return nil
}
