//go:build !greenify

package green_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	green "github.com/greenify-go/greenify/runtime"
	"github.com/greenify-go/greenify/runtime/patched"
)

func init() {
	programs["rescue stress"] = rescueStress
}

// a lossy is what the threads of rescueStress share: mu is locked as unpatched code
// does, and kept while other threads run.
type lossy struct {
	mu     sync.Mutex
	inside atomic.Int32
	count  int // guarded by the baton: the race detector looks
}

func (l *lossy) failf(format string, args ...any) {
	fmt.Printf(format+"\n", args...)
	os.Exit(1)
}

// alone checks that no other thread runs. Behind Yield the caller has the baton,
// and the watchdog has no old dump in which it waits.
func (l *lossy) alone() {
	green.Yield()
	if n := l.inside.Add(1); n != 1 {
		l.failf("%d threads run", n)
	}
	if why := green.CheckHub(); why != "" {
		l.failf("%s", why)
	}
	l.count++
	for range rand.IntN(1000) { // others have a chance to get in
		l.count++
	}
	l.inside.Add(-1)
}

// keep keeps mu while other threads run.
func (l *lossy) keep() {
	l.mu.Lock()
	defer l.mu.Unlock()
	green.Sleep(time.Duration(rand.IntN(2000)) * time.Microsecond)
	if rand.IntN(2) == 0 {
		l.alone()
	}
}

// lose waits for mu and goes on without the hub.
func (l *lossy) lose() {
	l.mu.Lock()
	runtime.Gosched()
	l.mu.Unlock()
}

func (l *lossy) act(others []*green.Task[int]) {
	switch rand.IntN(10) {
	case 0:
		l.keep()
	case 1: // the baton is lost in the iterator, or between two values
		next, stop := green.Pull(func(yield func(int) bool) {
			for i := range 3 {
				l.keep()
				l.lose()
				if !yield(i) {
					return
				}
			}
		})
		next()
		l.alone()
		next()
		stop()
	case 2:
		var once sync.Once
		var wg sync.WaitGroup
		for range 2 {
			green.WaitGo(&wg, func() {
				green.Do(&once, l.keep)
				l.alone()
			})
		}
		green.Wait(&wg)
	case 3: // a callback of offloaded work, whose callback loses the baton
		callback := patched.Enter00(l.keep)
		green.Offload(func() {
			callback()
			green.Sleep(time.Microsecond)
			callback()
		})
	case 4: // a callback of a native goroutine
		done := make(chan bool)
		callback := patched.Enter00(l.keep)
		go func() { callback(); close(done) }()
		green.Recv(done)
	case 5: // keeps the baton, though it waits natively
		green.NoYield(func() {
			if n := l.inside.Add(1); n != 1 {
				l.failf("%d threads run in NoYield", n)
			}
			time.Sleep(time.Duration(rand.IntN(8)) * time.Millisecond)
			l.count++
			l.inside.Add(-1)
		})
	case 6: // a thread that is killed, or ends, without the baton
		task := green.Spawn(func() (int, error) {
			defer l.alone()
			l.lose()
			if rand.IntN(2) == 0 {
				runtime.Goexit()
			}
			l.keep()
			return 1, nil
		})
		green.Yield()
		if rand.IntN(2) == 0 {
			task.Kill()
		}
		if _, err := task.Wait(); err != nil && err != green.ErrKilled && err != green.ErrGoexit {
			l.failf("Wait: %v", err)
		}
	case 7: // a panic without the baton
		func() {
			defer func() { recover() }()
			l.mu.Lock()
			defer l.mu.Unlock()
			panic("")
		}()
	case 8:
		var timeout *green.TimeoutError
		err := green.WithTimeout(time.Millisecond, func() error { l.keep(); return nil })
		if err != nil && !errors.As(err, &timeout) {
			l.failf("WithTimeout: %v", err)
		}
	case 9:
		other := others[rand.IntN(len(others))]
		other.SetName("named")
		other.Name()
		green.Threads()
	}
	l.alone()
}

func rescueStress() {
	green.SetRescueDelay(time.Millisecond)
	l := &lossy{}
	tasks := make([]*green.Task[int], 6)
	for i := range tasks {
		tasks[i] = green.Spawn(func() (int, error) {
			for range 8 {
				l.act(tasks)
			}
			return 1, nil
		})
	}
	for _, t := range tasks {
		if v, err := t.Wait(); v != 1 || err != nil {
			l.failf("Wait: %d, %v", v, err)
		}
	}
	for green.ReadStats().Alive > 1 {
		green.Sleep(time.Millisecond)
	}
	l.alone()
	fmt.Println("rescued:", green.ReadStats().Rescued > 0)
}

// TestRescueStress has threads wait natively with the baton, for what other threads
// have that need the baton, in every place in which a thread can be: each loses it
// many times. Never do two threads have it, and nothing is left over.
func TestRescueStress(t *testing.T) {
	if off() {
		t.Skip("GREENIFY=off: no hub to rescue")
	}
	t.Parallel()
	stdout, stderr, status := runProgram(t, "rescue stress")
	if stdout != "rescued: true\n" || status != 0 {
		lines := strings.Split(stderr, "\n")
		t.Errorf("status %d, stdout %q, end of stderr\n%s", status, stdout, strings.Join(lines[max(0, len(lines)-60):], "\n"))
	}
}
