// Package check is for programs that check themselves: they print what they see,
// and end with status 1 at the first thing that is not as it should be.
package check

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// Limit is how long anything may take that has to happen. It is only waited for
// when something is wrong.
const Limit = 30 * time.Second

// That demands ok of what is described.
func That(ok bool, format string, args ...any) {
	what := fmt.Sprintf(format, args...)
	if !ok {
		fmt.Println("WRONG:", what)
		os.Exit(1)
	}
	fmt.Println("ok:", what)
}

// Equal demands that what was seen is what is wanted.
func Equal[T comparable](what string, got, want T) {
	That(got == want, "%s: %v, want %v", what, got, want)
}

// Must is for preparations.
func Must(err error) {
	if err != nil {
		That(false, "%v", err)
	}
}

// Must1 is Must for a call with a result.
func Must1[T any](v T, err error) T {
	Must(err)
	return v
}

// Pipe is os.Pipe.
func Pipe() (r, w *os.File) {
	r, w, err := os.Pipe()
	Must(err)
	return r, w
}

// Within receives from c, which must not take longer than Limit.
func Within[T any](what string, c <-chan T) (v T) {
	select {
	case v = <-c:
	case <-time.After(Limit):
		That(false, "%s: nothing within %v", what, Limit)
	}
	return v
}

// Until waits until f, which it calls every millisecond, reports true.
func Until(what string, f func() bool) {
	for end := time.Now().Add(Limit); !f(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			That(false, "%s: not within %v", what, Limit)
		}
	}
}

// Parked waits until n goroutines wait for a reason, in the words of a stack dump:
// interleavings are arranged, not guessed.
func Parked(reason string, n int) {
	buf := make([]byte, 1<<20)
	Until(fmt.Sprintf("%d goroutines in %s", n, reason), func() bool {
		return strings.Count(string(buf[:runtime.Stack(buf, true)]), " ["+reason) >= n
	})
}

// Compute computes until it has had d of processor time: on a machine with much to do
// that is far less than the time on the clock. The call that asks for it is one that
// package runtime is not told of, so that nobody rescues the hub from it.
func Compute(d time.Duration) (n int) {
	for end := processorTime() + d; processorTime() < end; {
		for range 1000 {
			n++
		}
	}
	return n
}

// processorTime is that of this OS thread, or of another one: it only grows while one
// goroutine keeps its thread.
func processorTime() time.Duration {
	var ts syscall.Timespec
	const thread = 3 // CLOCK_THREAD_CPUTIME_ID
	syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, thread, uintptr(unsafe.Pointer(&ts)), 0)
	return time.Duration(ts.Nano())
}

// Ticked is Ticks > 0. A machine with other things to do may give the ticker no turn while
// f runs, so f may be repeated, but a ticker that stands still in f never ticks.
func Ticked(f func()) bool {
	for range 20 {
		if Ticks(f) > 0 {
			return true
		}
	}
	return false
}

// Ticks returns how often a goroutine that ticks every 5 ms had its turn while f
// ran.
func Ticks(f func()) int64 {
	var ticks atomic.Int64
	stop := make(chan bool)
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	go func() {
		for {
			select {
			case <-ticker.C:
				ticks.Add(1)
			case <-stop:
				return
			}
		}
	}()
	Until("the first tick", func() bool { return ticks.Load() > 0 })
	before := ticks.Load()
	f()
	n := ticks.Load() - before
	close(stop)
	return n
}
