//go:build greenify

package green_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

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

// A gate is a lock of a program's own: any sync.Locker may be a condition's.
type gate chan bool

func (g gate) Lock()   { g <- true }
func (g gate) Unlock() { <-g }

// A far gate leaves the hub to lock.
type farGate struct{ m sync.Mutex }

func (g *farGate) Lock()   { green.Offload(g.m.Lock); runtime.Gosched() }
func (g *farGate) Unlock() { g.m.Unlock() }

// TestKillRelock: a thread that was killed while Cond.Wait locks c.L again unwinds with
// it locked. Interleaving: it has been signalled, somebody else has c.L, then the kill.
func TestKillRelock(t *testing.T) {
	var rw sync.RWMutex
	for _, c := range []struct {
		name, wait string
		l          sync.Locker
		other      sync.Locker // keeps l out
	}{
		{"mutex", "sync.Mutex.Lock", new(sync.Mutex), nil},
		{"rwmutex", "sync.Mutex.Lock", &rw, nil},
		{"rwmutex, behind a reader", "sync.RWMutex.Lock", &rw, rw.RLocker()},
		{"reader", "sync.RWMutex.RLock", rw.RLocker(), &rw},
		{"a lock of the program's", "chan send", make(gate, 1), nil},
		{"a lock in native work", "nothing", new(farGate), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.other == nil {
				c.other = c.l
			}
			cond := sync.NewCond(c.l)
			returned := false
			task := green.Spawn(func() (int, error) {
				c.l.Lock()
				defer c.l.Unlock() // fatal if it is not locked
				cond.Wait()
				returned = true
				return 1, nil
			})
			for !slices.Contains([]string{"sync.Cond.Wait"}, waitOf(task.ID())) {
				runtime.Gosched()
			}
			c.other.Lock()
			cond.Signal()
			settle()
			killIn(t, task, c.wait)
			select {
			case <-task.Done():
				t.Error("has ended without the lock")
			default:
			}
			c.other.Unlock()
			if _, err := task.Wait(); err != green.ErrKilled || returned {
				t.Errorf("%v, Wait returned %v", err, returned)
			}
			c.l.Lock() // it is free
			c.l.Unlock()
		})
	}
}

// A faultyLock panics when it is locked again.
type faultyLock struct {
	sync.Mutex
	times int
}

func (l *faultyLock) Lock() {
	if l.times++; l.times == 2 {
		panic("no more")
	}
	l.Mutex.Lock()
}

// TestKillBehindRelock: if c.L.Lock panics in Cond.Wait, the thread can be killed as ever.
func TestKillBehindRelock(t *testing.T) {
	c := sync.NewCond(new(faultyLock))
	task := green.Spawn(func() (int, error) {
		func() {
			defer func() { recover() }()
			c.L.Lock()
			c.Wait()
		}()
		select {}
	})
	settle()
	c.Signal()
	settle()
	killIn(t, task, "select (no cases)")
	if _, err := task.Wait(); err != green.ErrKilled {
		t.Error(err)
	}
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

// condEntries returns how long the list of a condition's waiters is (sync.notifyList;
// the second word of a sudog is next).
func condEntries(c *sync.Cond) (n int) {
	head := unsafe.Pointer(reflect.ValueOf(c).Elem().FieldByName("notify").FieldByName("head").Pointer())
	for s := head; s != nil; s = *(*unsafe.Pointer)(unsafe.Add(s, unsafe.Sizeof(s))) {
		n++
	}
	return n
}

// TestKillCondList: waiters that were killed behind others leave no more entries in the
// list than there are waiters that live.
func TestKillCondList(t *testing.T) {
	var m sync.Mutex
	c := sync.NewCond(&m)
	woken := 0
	wait := func() *green.Task[int] {
		task := green.Spawn(func() (int, error) {
			m.Lock()
			defer m.Unlock()
			c.Wait()
			woken++
			return 0, nil
		})
		settle()
		return task
	}
	alive := []*green.Task[int]{wait()}
	for i := range 1000 {
		task := wait()
		if i%100 == 50 {
			alive = append(alive, wait())
		}
		task.Kill()
		task.Wait()
		if n := condEntries(c); n > 2*len(alive) {
			t.Fatalf("%d entries for %d waiters", n, len(alive))
		}
	}
	for i := range alive {
		c.Signal()
		settle()
		if woken != i+1 {
			t.Fatalf("%d signals woke %d", i+1, woken)
		}
	}
	if n := condEntries(c); n != 0 {
		t.Errorf("%d entries for nobody", n)
	}
	c.Signal() // for nobody
	next := wait()
	if c.Signal(); !ended(next) {
		t.Error("a signal was lost")
	}
}

// TestKillCondNative: a bounded buffer by two conditions, with one Signal for each
// change, native goroutines at both ends, and threads that wait at both and are killed.
// A signal that a killed thread swallows, or a lock that it unlocks without having it,
// ends that.
func TestKillCondNative(t *testing.T) {
	var m sync.Mutex
	var rw sync.RWMutex
	for _, l := range []struct {
		name string
		lock sync.Locker
	}{{"mutex", &m}, {"rwmutex", &rw}} {
		t.Run(l.name, func(t *testing.T) {
			const items = 4000
			lock := l.lock
			free, full := sync.NewCond(lock), sync.NewCond(lock)
			level, inside := 0, 0
			var put, got atomic.Int64
			enter := func() {
				if inside++; inside != 1 {
					t.Error("two have the lock")
				}
				inside--
			}
			produce := func() {
				lock.Lock()
				defer lock.Unlock()
				for level == 2 {
					free.Wait()
					enter()
				}
				level++
				put.Add(1)
				full.Signal()
			}
			consume := func() {
				lock.Lock()
				defer lock.Unlock()
				for level == 0 {
					full.Wait()
					enter()
				}
				level--
				got.Add(1)
				free.Signal()
			}
			var all sync.WaitGroup
			for range 2 {
				for _, f := range []func(){produce, consume} {
					all.Add(2)
					go inNative(func() {
						defer all.Done()
						for range items {
							f()
						}
					})
					go func() {
						defer all.Done()
						for range items {
							f()
						}
					}()
				}
			}
			finished := make(chan bool)
			go func() { all.Wait(); close(finished) }()
			// A waiter who was signalled and is killed passes the signal on, as any
			// code with Signal must: it broadcasts.
			over := false
			for i := 0; !over; i++ {
				c := []*sync.Cond{free, full}[i%2]
				task := green.Spawn(func() (int, error) {
					lock.Lock()
					defer lock.Unlock()
					defer c.Broadcast()
					c.Wait()
					enter()
					return 1, nil
				})
				for range i % 5 {
					runtime.Gosched()
				}
				task.Kill()
				select {
				case <-finished:
					over = true
				case <-task.Done():
				case <-time.After(time.Minute):
					t.Fatalf("stuck: level %d, put %d, got %d", level, put.Load(), got.Load())
				}
			}
			if level != 0 || put.Load() != got.Load() {
				t.Errorf("level %d, put %d, got %d", level, put.Load(), got.Load())
			}
		})
	}
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
