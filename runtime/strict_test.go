package green_test

import (
	"errors"
	"iter"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	green "github.com/greenify-go/greenify/runtime"
)

// here returns the line of its caller.
func here() int {
	_, _, line, _ := runtime.Caller(1)
	return line
}

// inside calls NoYield and returns what it panics with.
func inside(f func()) (err *green.YieldError, other any) {
	defer func() {
		other = recover()
		if e, ok := other.(error); ok && errors.As(e, &err) {
			other = nil
		}
	}()
	green.NoYield(f)
	return nil, nil
}

// TestNoYield: yielding inside panics with the position before another thread runs,
// and leaves nothing behind in what would have been waited for.
func TestNoYield(t *testing.T) {
	if off() {
		return // no hub to be kept
	}
	c := make(chan int)
	var held sync.Mutex
	var rw sync.RWMutex
	var wg sync.WaitGroup
	held.Lock()
	rw.Lock()
	wg.Add(1)
	line := 0
	inGreen(func() {
		ran := false
		green.Go(func() { ran = true }) // is ready from the first to the last
		for name, f := range map[string]func(){
			"receive": func() { line = here(); green.Recv(c) },
			"range": func() {
				line = here()
				for range green.Range(c) {
				}
			},
			"send":      func() { line = here(); green.Send(c, 1) },
			"select":    func() { line = here(); green.Select(green.OnRecv(c), green.OnSend(c, 1)) },
			"lock":      func() { line = here(); green.Lock(&held) },
			"rlock":     func() { line = here(); green.RLock(&rw) },
			"waitgroup": func() { line = here(); green.Wait(&wg) },
			"sleep":     func() { line = here(); green.Sleep(time.Hour) },
			"yield":     func() { line = here(); green.Yield() },
			"offload":   func() { line = here(); green.Offload(func() { t.Error("offloaded") }) },
			"nested":    func() { green.NoYield(func() { line = here(); green.Recv(c) }) },
			"recovered": func() {
				func() { defer func() { recover() }(); green.Recv(c) }()
				line = here()
				green.Recv(c)
			},
			"deferred": func() { defer green.Yield(); line = here(); defer green.Recv(c) },
		} {
			err, other := inside(f)
			if err == nil || err.Late || !strings.HasSuffix(err.File, "strict_test.go") || err.Line-line > 1 || err.Line < line ||
				!strings.Contains(err.Error(), "TestNoYield") {
				t.Errorf("%s, line %d: %v, %v", name, line, err, other)
			}
			if ran {
				t.Fatalf("another thread ran in %s", name)
			}
			if green.Select(green.OnRecv(closed()), green.OnRecv(c)) != 0 {
				t.Errorf("select after %s", name)
			}
		}
		held.Unlock()
		rw.Unlock()
		wg.Done()
		if green.Yield(); !ran {
			t.Error("may still not yield")
		}
		// All of it is as if it had never been waited for.
		if !held.TryLock() || !rw.TryLock() {
			t.Error("left locked")
		}
		select {
		case c <- 1:
			t.Error("somebody receives")
		case <-c:
			t.Error("somebody sends")
		default:
		}
		got := make(chan int)
		green.Go(func() { green.Send(got, green.Recv(c)) })
		green.Send(c, 7)
		if v := green.Recv(got); v != 7 || !green.InHub() {
			t.Errorf("received %d, in the hub: %v", v, green.InHub())
		}
	})
}

func closed() chan int {
	c := make(chan int)
	close(c)
	return c
}

// TestNoYieldAllowed: what need not wait is allowed, other threads are not
// restricted, and NoYield ends however f does.
func TestNoYieldAllowed(t *testing.T) {
	inGreen(func() {
		var mu sync.Mutex
		c, done := make(chan int, 1), make(chan bool)
		steps := 0
		err, other := inside(func() {
			green.Lock(&mu)
			mu.Unlock()
			green.Send(c, 1)
			green.Recv(c)
			green.NoYield(func() { steps++ })
			green.Go(func() { green.Yield(); green.Sleep(1); close(done) })
			for end := time.Now().Add(30 * time.Millisecond); time.Now().Before(end); { // longer than a time slice
				green.Lock(&mu)
				mu.Unlock()
				green.Poll()
			}
			steps++
		})
		if err != nil || other != nil || steps != 2 {
			t.Error(steps, err, other)
		}
		green.Recv(done)
		if err, other := inside(func() { panic("boom") }); err != nil || other != "boom" {
			t.Error(err, other)
		}
		green.Yield()
		ended := make(chan bool)
		green.Go(func() {
			defer close(ended)
			defer green.Yield()
			green.NoYield(runtime.Goexit)
		})
		green.Recv(ended)
	})
	inNative(func() { green.NoYield(green.Yield) }) // of no use
}

// TestNoYieldPull: NoYield covers what an iterator does in its goroutine, which acts for the thread: it
// takes a lock that is free, over and over for many time slices, while another thread is ready.
func TestNoYieldPull(t *testing.T) {
	inGreen(func() {
		var mu sync.Mutex
		next, stop := iter.Pull(func(yield func(bool) bool) {
			for ok := true; ok; {
				for range 100 {
					green.Lock(&mu)
					mu.Unlock()
				}
				ok = yield(true)
			}
		})
		defer stop()
		over, others := false, 0
		green.Go(func() {
			for ; !over; others++ {
				green.Yield()
			}
		})
		for range 5 {
			before := others
			err, other := inside(func() {
				for end := time.Now().Add(50 * time.Millisecond); time.Now().Before(end); {
					next()
				}
				if others != before {
					t.Error("another thread ran inside NoYield")
				}
			})
			if err != nil || other != nil {
				t.Fatal(err, other)
			}
			green.Yield()
		}
		over = true
	})
}

// TestNoYieldKill: a thread that kills itself inside ends there, and one that was to
// be killed before is killed behind it.
func TestNoYieldKill(t *testing.T) {
	if off() {
		return // nothing can be killed
	}
	inGreen(func() {
		itself := green.Spawn(func() (int, error) {
			green.NoYield(func() { green.Current().Kill() })
			return 1, nil
		})
		if _, err := itself.Wait(); err != green.ErrKilled {
			t.Error(err)
		}
		reached, through := false, false
		marked := green.WithTimeout(0, func() error { // killed at its first yield point
			err, _ := inside(green.Yield)
			reached = err != nil
			green.Yield()
			through = true
			return nil
		})
		if !errors.As(marked, new(*green.TimeoutError)) || !reached || through {
			t.Error(marked, reached, through)
		}
	})
}
