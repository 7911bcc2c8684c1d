//go:build greenify

package green_test

import (
	"context"
	"errors"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	green "github.com/greenify-go/greenify/runtime"
)

const long = time.Hour

// sleep waits until it is killed, and then for a moment more.
func sleep() error {
	defer time.Sleep(time.Microsecond)
	time.Sleep(long)
	return errors.New("slept")
}

func isTimeout(err error) bool {
	timeout, ok := err.(interface{ Timeout() bool })
	return ok && timeout.Timeout() && errors.Is(err, os.ErrDeadlineExceeded)
}

// TestTimeoutOwn (behaviour 8: own, none, zero).
func TestTimeoutOwn(t *testing.T) {
	unwound := false
	err := green.WithTimeout(time.Millisecond, func() error {
		defer func() { unwound = true }()
		return sleep()
	})
	if !isTimeout(err) || !unwound {
		t.Errorf("%v, unwound %v", err, unwound)
	}
	if err := green.WithDeadline(time.Now().Add(time.Millisecond), sleep); !isTimeout(err) {
		t.Error(err)
	}
	failed := errors.New("failed")
	if err := green.WithTimeout(long, func() error { return failed }); err != failed {
		t.Error(err)
	}
	if err := green.WithContext(context.Background(), func() error { return nil }); err != nil {
		t.Error(err)
	}

	began, went := false, false
	err = green.WithTimeout(0, func() error {
		began = true
		runtime.Gosched()
		went = true
		return nil
	})
	if !isTimeout(err) || !began || went {
		t.Errorf("%v, began %v, went on %v", err, began, went)
	}
	if err := green.WithTimeout(0, func() error { return nil }); err != nil {
		t.Error("does not yield, so is not killed:", err)
	}
}

// TestTimeoutNested: the owner of the timer that fired gets its own error
// (behaviour 8: outer, nested x3).
func TestTimeoutNested(t *testing.T) {
	for fires := range 3 {
		var errs [3]error
		d := func(i int) time.Duration {
			if i == fires {
				return time.Millisecond
			}
			return long
		}
		errs[0] = green.WithTimeout(d(0), func() error {
			errs[1] = green.WithTimeout(d(1), func() error {
				errs[2] = green.WithTimeout(d(2), sleep)
				return nil
			})
			return nil
		})
		for i, err := range errs {
			if isTimeout(err) != (i == fires) {
				t.Errorf("timeout %d fires, call %d returns %v", fires, i, err)
			}
		}
	}
}

// TestTimeoutInLoop: it does not fire in a computation (behaviour 8: in CPU loop).
func TestTimeoutInLoop(t *testing.T) {
	n := 0
	err := green.WithTimeout(time.Millisecond, func() error {
		for end := time.Now().Add(20 * time.Millisecond); time.Now().Before(end); {
			n++
		}
		return nil
	})
	if n == 0 || err != nil {
		t.Errorf("%d rounds, %v", n, err)
	}
}

func TestTimeoutContext(t *testing.T) {
	boom := errors.New("boom")
	ctx, cancel := context.WithCancelCause(context.Background())
	time.AfterFunc(time.Millisecond, func() { cancel(boom) })
	if err := green.WithContext(ctx, sleep); err != boom {
		t.Error(err)
	}
	if err := green.WithContext(ctx, sleep); err != boom {
		t.Error("already over:", err)
	}
}

// TestTimeoutPanic: what f does to its goroutine it does to the caller.
func TestTimeoutPanic(t *testing.T) {
	func() {
		defer func() {
			e, ok := recover().(*green.PanicError)
			if !ok || e.Value != "boom" || !strings.Contains(string(e.Stack), "explodeInside") {
				t.Errorf("%v", e)
			}
		}()
		green.WithTimeout(long, explodeInside)
		t.Error("goes on")
	}()
	task := green.Spawn(func() (int, error) {
		green.WithTimeout(long, func() error { runtime.Goexit(); return nil })
		t.Error("goes on")
		return 1, nil
	})
	if _, err := task.Wait(); err != green.ErrGoexit {
		t.Error(err)
	}
}

func explodeInside() error { panic("boom") }

// TestTimeoutKill: killing the caller kills f, and so does killing itself in f
// the caller.
func TestTimeoutKill(t *testing.T) {
	unwound := ""
	var mu sync.Mutex
	task := green.Spawn(func() (int, error) {
		defer func() { unwound += "caller" }()
		green.WithTimeout(long, func() error {
			mu.Lock()
			defer mu.Unlock()
			defer func() { unwound += "callee " }()
			return sleep()
		})
		t.Error("goes on")
		return 1, nil
	})
	settle()
	task.Kill()
	if _, err := task.Wait(); err != green.ErrKilled || unwound != "callee caller" || !mu.TryLock() {
		t.Errorf("%v, %s", err, unwound)
	}
	task = green.Spawn(func() (int, error) {
		green.WithTimeout(long, func() error { return green.Current().Kill() })
		t.Error("goes on")
		return 1, nil
	})
	if _, err := task.Wait(); err != green.ErrKilled {
		t.Error(err)
	}
}

// TestTimeoutLeavesNothing: a timeout that did not fire never does.
func TestTimeoutLeavesNothing(t *testing.T) {
	for range 100 {
		if err := green.WithTimeout(time.Millisecond, func() error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(5 * time.Millisecond)
	settle()
}

var (
	inherited = green.Inherited[string]()
	own       green.Local[int]
)

// TestLocal: every thread has its own value.
func TestLocal(t *testing.T) {
	inherited.Set("a")
	own.Set(1)
	defer inherited.Set("")
	child := func() (int, error) {
		s, ok := inherited.Get()
		_, has := own.Get()
		if s != "a" || !ok || has {
			t.Errorf("%q, %v, %v", s, ok, has)
		}
		own.Set(2)
		inherited.Set("b")
		runtime.Gosched()
		n, _ := own.Get()
		return n, nil
	}
	if n, _ := green.Spawn(child).Wait(); n != 2 {
		t.Error(n)
	}
	green.WithTimeout(long, func() error { child(); return nil })
	done := make(chan bool)
	go func() { child(); close(done) }() // every goroutine inherits
	<-done
	if n, _ := own.Get(); n != 1 {
		t.Error(n)
	}
	own.With(5, func() {
		if n, _ := own.Get(); n != 5 {
			t.Error(n)
		}
	})
	if n, _ := own.Get(); n != 1 {
		t.Error(n)
	}
}
