//go:build greenify

package green_test

import (
	"context"
	"errors"
	"io"
	"os"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	green "github.com/greenify-go/greenify/runtime"
)

// settle lets every ready thread run until it waits.
func settle() {
	for range 100 {
		green.Yield()
	}
}

// waiting is a wait to be killed in. check demands, after the kill, that the
// thing waited for is as if the thread had never waited.
type waiting struct {
	name string
	wait string // as Threads reports it
	make func(t *testing.T) (wait, check func())
}

var waits = []waiting{
	{"nil channel receive", "chan receive (nil chan)", func(t *testing.T) (wait, check func()) {
		return func() { var c chan int; <-c }, func() {}
	}},
	{"nil channel send", "chan send (nil chan)", func(t *testing.T) (wait, check func()) {
		return func() { var c chan int; c <- 1 }, func() {}
	}},
	{"select without cases", "select (no cases)", func(t *testing.T) (wait, check func()) {
		return func() { select {} }, func() {}
	}},
	{"select of nil channels", "select", func(t *testing.T) (wait, check func()) {
		return func() {
			var a, b chan int
			select {
			case <-a:
			case b <- 1:
			}
		}, func() {}
	}},
	{"receive", "chan receive", func(t *testing.T) (wait, check func()) {
		c := make(chan int)
		return func() { <-c }, func() {
			select {
			case c <- 1:
				t.Error("somebody still receives")
			default:
			}
		}
	}},
	{"receive between two others", "chan receive", func(t *testing.T) (wait, check func()) {
		c := make(chan int)
		got := make(chan int, 2)
		go func() { got <- <-c }()
		settle()
		return func() { <-c; t.Error("received") }, func() {
			go func() { got <- 10 * <-c }()
			settle()
			c <- 1
			c <- 2
			if a, b := <-got, <-got; a != 1 || b != 20 {
				t.Errorf("received %d and %d", a, b)
			}
		}
	}},
	{"send", "chan send", func(t *testing.T) (wait, check func()) {
		c := make(chan string)
		return func() { c <- "x" }, func() {
			select {
			case <-c:
				t.Error("somebody still sends")
			default:
			}
		}
	}},
	{"send to a full buffer", "chan send", func(t *testing.T) (wait, check func()) {
		c := make(chan int, 1)
		c <- 1
		return func() { c <- 2 }, func() {
			if v := <-c; v != 1 || len(c) != 0 {
				t.Errorf("received %d, %d left", v, len(c))
			}
		}
	}},
	{"receive from a timer", "chan receive", func(t *testing.T) (wait, check func()) {
		timer := time.NewTimer(time.Hour)
		return func() { <-timer.C }, func() {
			if !timer.Stop() {
				t.Error("timer fired")
			}
		}
	}},
	{"select", "select", func(t *testing.T) (wait, check func()) {
		a, b := make(chan int), make(chan int)
		timer := time.NewTimer(time.Hour)
		return func() {
				select {
				case <-a:
				case b <- 1:
				case <-a:
				case <-timer.C:
				}
			}, func() {
				select {
				case a <- 1:
					t.Error("somebody still receives")
				case <-b:
					t.Error("somebody still sends")
				default:
				}
			}
	}},
	{"sleep", "sleep", func(t *testing.T) (wait, check func()) {
		return func() { time.Sleep(time.Hour) }, func() {}
	}},
	{"mutex", "sync.Mutex.Lock", func(t *testing.T) (wait, check func()) {
		mu := new(sync.Mutex)
		mu.Lock()
		return func() { mu.Lock(); t.Error("locked") }, func() {
			mu.Unlock()
			if !reflect.ValueOf(mu).Elem().IsZero() {
				t.Errorf("%+v", mu)
			}
		}
	}},
	{"mutex between two others", "sync.Mutex.Lock", func(t *testing.T) (wait, check func()) {
		mu := new(sync.Mutex)
		order := ""
		var wg sync.WaitGroup
		locker := func(name string) {
			wg.Go(func() {
				mu.Lock()
				order += name
				mu.Unlock()
			})
			settle()
		}
		mu.Lock()
		locker("a")
		return func() { mu.Lock(); t.Error("locked") }, func() {
			locker("b")
			mu.Unlock()
			wg.Wait()
			if order != "ab" || !reflect.ValueOf(mu).Elem().IsZero() {
				t.Errorf("%s, %+v", order, mu)
			}
		}
	}},
	{"rwmutex reader", "sync.RWMutex.RLock", func(t *testing.T) (wait, check func()) {
		rw := new(sync.RWMutex)
		rw.Lock()
		return func() { rw.RLock(); t.Error("locked") }, func() {
			rw.Unlock()
			if !reflect.ValueOf(rw).Elem().IsZero() {
				t.Errorf("%+v", rw)
			}
		}
	}},
	{"rwmutex writer behind a writer", "sync.Mutex.Lock", func(t *testing.T) (wait, check func()) {
		rw := new(sync.RWMutex)
		rw.Lock()
		return func() { rw.Lock(); t.Error("locked") }, func() {
			rw.Unlock()
			if !reflect.ValueOf(rw).Elem().IsZero() {
				t.Errorf("%+v", rw)
			}
		}
	}},
	{"rwmutex writer behind readers", "sync.RWMutex.Lock", func(t *testing.T) (wait, check func()) {
		rw := new(sync.RWMutex)
		rw.RLock()
		read := false
		return func() { rw.Lock(); t.Error("locked") }, func() {
			go func() { rw.RLock(); read = true; rw.RUnlock() }()
			settle()
			rw.RUnlock()
			settle()
			if !read || !reflect.ValueOf(rw).Elem().IsZero() {
				t.Errorf("%v %+v", read, rw)
			}
		}
	}},
	{"waitgroup", "sync.WaitGroup.Wait", func(t *testing.T) (wait, check func()) {
		wg := new(sync.WaitGroup)
		wg.Add(1)
		return func() { wg.Wait(); t.Error("waited") }, func() {
			wg.Done()
			if wg.Wait(); reflect.ValueOf(wg).Elem().FieldByName("sema").Uint() != 0 {
				t.Errorf("%+v", wg)
			}
		}
	}},
	{"cond", "sync.Cond.Wait", func(t *testing.T) (wait, check func()) {
		mu := new(sync.Mutex)
		c := sync.NewCond(mu)
		return func() {
				mu.Lock()
				defer mu.Unlock() // fatal if it is not locked
				c.Wait()
				t.Error("waited")
			}, func() {
				if !mu.TryLock() {
					t.Fatal("left locked")
				}
				mu.Unlock()
				c.Signal()
			}
	}},
	{"cond between two others", "sync.Cond.Wait", func(t *testing.T) (wait, check func()) {
		mu := new(sync.Mutex)
		c := sync.NewCond(mu)
		woken := ""
		waiter := func(name string) {
			go func() {
				mu.Lock()
				defer mu.Unlock()
				c.Wait()
				woken += name
			}()
			settle()
		}
		waiter("a")
		return func() {
				mu.Lock()
				defer mu.Unlock()
				c.Wait()
				t.Error("waited")
			}, func() {
				waiter("b")
				c.Signal()
				settle()
				c.Signal() // not for the dead one
				settle()
				if woken != "ab" {
					t.Errorf("two signals woke %q", woken)
				}
				waiter("c")
				c.Broadcast()
				settle()
				if woken != "abc" {
					t.Errorf("the broadcast woke %q", woken)
				}
			}
	}},
	{"read", "IO wait", func(t *testing.T) (wait, check func()) {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		return func() { r.Read(make([]byte, 1)); t.Error("read") }, func() {
			w.Write([]byte("x"))
			buf := make([]byte, 2)
			if n, err := r.Read(buf); n != 1 || err != nil {
				t.Errorf("Read: %d, %v", n, err)
			}
			if err := errors.Join(r.Close(), w.Close()); err != nil {
				t.Error(err)
			}
		}
	}},
	{"second reader", "semacquire", func(t *testing.T) (wait, check func()) {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		first := green.Spawn(func() (int, error) { return r.Read(make([]byte, 1)) })
		settle()
		return func() { r.Read(make([]byte, 1)); t.Error("read") }, func() {
			w.Write([]byte("x"))
			if n, err := first.Wait(); n != 1 || err != nil {
				t.Errorf("Read: %d, %v", n, err)
			}
			w.Close()
			if n, err := r.Read(make([]byte, 1)); n != 0 || err != io.EOF {
				t.Errorf("Read: %d, %v", n, err)
			}
			if err := r.Close(); err != nil {
				t.Error(err)
			}
		}
	}},
}

// TestKillWaiting kills a thread in every kind of wait (behaviour 7: waiting in
// sleep, lock, queue, socket).
func TestKillWaiting(t *testing.T) {
	for _, w := range waits {
		t.Run(w.name, func(t *testing.T) {
			wait, check := w.make(t)
			deferred, recovered := false, any("nothing")
			task := green.Spawn(func() (int, error) {
				defer func() { deferred = true }()
				defer func() {
					recovered = recover()
					time.Sleep(time.Microsecond) // deferred calls may wait
				}()
				wait()
				return 1, nil
			})
			settle()
			if got := waitOf(task.ID()); got != w.wait {
				t.Fatalf("waits in %q, want %q", got, w.wait)
			}
			for range 2 { // idempotent
				if err := task.Kill(); err != nil {
					t.Fatal(err)
				}
			}
			if v, err := task.Wait(); v != 0 || err != green.ErrKilled {
				t.Errorf("Wait: %v, %v", v, err)
			}
			if !deferred || recovered != nil {
				t.Errorf("deferred %v, recovered %v", deferred, recovered)
			}
			check()
			if err := task.Kill(); err != nil {
				t.Errorf("killing the dead: %v", err)
			}
		})
	}
}

func waitOf(id uint64) string {
	for _, t := range green.Threads() {
		if t.ID == id {
			return t.Wait
		}
	}
	return "nothing"
}

// TestKillUnstarted: a thread that has not begun never does (behaviour 7).
func TestKillUnstarted(t *testing.T) {
	task := green.Spawn(func() (int, error) { t.Error("ran"); return 1, nil })
	linked := 0
	task.Link(func(*green.Handle) { linked++ })
	task.Kill()
	if _, err := task.Wait(); err != green.ErrKilled || linked != 1 {
		t.Errorf("%v, %d links called", err, linked)
	}
	settle()
	later := green.SpawnAfter(time.Hour, func() (int, error) { return 1, nil })
	if !later.Cancel() || later.Cancel() {
		t.Error("Cancel")
	}
	if _, err := later.Wait(); err != green.ErrKilled {
		t.Error(err)
	}
}

// TestKillSelf is immediate (behaviour 7).
func TestKillSelf(t *testing.T) {
	task := green.Spawn(func() (int, error) {
		defer func() { time.Sleep(time.Microsecond) }()
		green.Current().Kill()
		t.Error("goes on")
		return 1, nil
	})
	if _, err := task.Wait(); err != green.ErrKilled {
		t.Error(err)
	}
}

// TestKillReady: a wake-up that has happened wins; the kill comes at the next
// yield point. The interleaving: the value is handed over, the receiver ready but
// not yet run, then the kill.
func TestKillReady(t *testing.T) {
	c := make(chan int)
	got := 0
	task := green.Spawn(func() (int, error) {
		got = <-c
		runtime.Gosched()
		t.Error("goes on")
		return 1, nil
	})
	settle()
	c <- 5
	task.Kill()
	if _, err := task.Wait(); err != green.ErrKilled || got != 5 {
		t.Errorf("%v, received %d", err, got)
	}
}

// TestKillInLoop: a thread that does not wait is not killed; what it returns
// stands (behaviour 7: in CPU).
func TestKillInLoop(t *testing.T) {
	task := green.Spawn(func() (int, error) {
		h := green.Current()
		green.Offload(func() {
			killed := make(chan bool)
			go func() { h.Kill(); close(killed) }() // waits for the hub
			<-killed
		})
		t.Error("goes on")
		return 1, nil
	})
	if _, err := task.Wait(); err != green.ErrKilled {
		t.Error(err)
	}
	n := 0
	busy := green.Spawn(func() (int, error) {
		h := green.Current()
		defer h.Link(func(*green.Handle) {}).Unlink()
		kill := time.AfterFunc(0, func() { h.Kill() })
		defer kill.Stop()
		for end := time.Now().Add(30 * time.Millisecond); time.Now().Before(end); {
			n++
		}
		return n, nil
	})
	if v, err := busy.Wait(); v != n || err != nil {
		t.Errorf("%d, %v", v, err)
	}
}

// TestKillNative kills from outside the hub, racing with native wakers: every
// value is received once, by a thread or by the test, and no mutex is left locked.
func TestKillNative(t *testing.T) {
	for range 2000 {
		c := make(chan int)
		var mu sync.Mutex
		got := 0
		mu.Lock()
		task := green.Spawn(func() (int, error) {
			mu.Lock()
			defer mu.Unlock()
			got = <-c
			return got, nil
		})
		green.Yield()
		green.Offload(func() {
			var wg sync.WaitGroup
			wg.Go(func() { task.Kill() })
			wg.Go(func() { mu.Unlock() })
			wg.Go(func() {
				select {
				case c <- 1:
				case <-task.Done():
				}
			})
			wg.Wait()
		})
		if v, err := task.Wait(); (err == nil) != (v == 1) || err != nil && err != green.ErrKilled {
			t.Fatalf("%v, %v", v, err)
		}
		if !mu.TryLock() {
			t.Fatal("left locked")
		}
	}
}

// TestKillStarving kills the only waiter of a mutex that starves: it has waited for
// more than 1 ms, was woken, and found the mutex locked again. Unlock relies on a
// starving mutex having waiters.
func TestKillStarving(t *testing.T) {
	var mu sync.Mutex
	mu.Lock()
	task := green.Spawn(func() (int, error) { mu.Lock(); t.Error("locked"); return 1, nil })
	settle()
	time.Sleep(5 * time.Millisecond)
	mu.Unlock() // wakes it
	mu.Lock()   // before it runs
	settle()
	if state := reflect.ValueOf(&mu).Elem().FieldByName("mu").FieldByName("state").Int(); state != 1|4|1<<3 {
		t.Fatalf("state %b: not locked, starving, with one waiter", state)
	}
	task.Kill()
	if _, err := task.Wait(); err != green.ErrKilled {
		t.Error(err)
	}
	mu.Unlock()
	if !reflect.ValueOf(&mu).Elem().IsZero() {
		t.Errorf("%+v", &mu)
	}
}

// TestTaskEnds: by Goexit, with an error.
func TestTaskEnds(t *testing.T) {
	task := green.Spawn(func() (int, error) { runtime.Goexit(); return 1, nil })
	if _, err := task.Wait(); err != green.ErrGoexit {
		t.Error(err)
	}
	failed := green.Spawn(func() (int, error) { return 3, context.Canceled })
	if v, err := failed.Wait(); v != 3 || err != context.Canceled {
		t.Error(v, err)
	}
	if !strings.HasSuffix(failed.File, "kill_test.go") {
		t.Errorf("started at %s:%d", failed.File, failed.Line)
	}
}
