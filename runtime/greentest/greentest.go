// Package greentest helps to test programs under greenify test. In a program that
// is not patched, Empty, MustYield and MustNotYield report nothing, so the same test runs
// both ways.
package greentest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	green "github.com/greenify-go/greenify/runtime"
)

// grace is how long the threads that a test has started may take to end.
const grace = time.Second

// Empty demands that the test leaves nothing in the hub: that threads which it
// starts from now on have ended with it, whatever they wait for (a channel, time, a
// descriptor), and calls of time.AfterFunc have been made or stopped. It reports
// where each was started. Not for tests that run in parallel with others.
func Empty(t testing.TB) {
	t.Helper()
	before := map[uint64]bool{}
	for _, th := range green.Threads() {
		before[th.ID] = true
	}
	calls := green.Pending()
	t.Cleanup(func() {
		t.Helper()
		var left []string
		for end := time.Now().Add(grace); ; {
			if left = leaks(before, calls); len(left) == 0 {
				return
			}
			if time.Now().After(end) {
				break
			}
			green.Sleep(time.Millisecond)
		}
		t.Errorf("left in the hub:\n\t%s", strings.Join(left, "\n\t"))
	})
}

func leaks(before map[uint64]bool, calls int) (left []string) {
	for _, th := range green.Threads() {
		if before[th.ID] || th.Running {
			continue
		}
		state := "is ready"
		if th.Wait != "" {
			state = fmt.Sprintf("waits in %s, %v", th.Wait, th.Since)
		}
		left = append(left, fmt.Sprintf("thread %d %s, started at %s:%d by thread %d", th.ID, state, th.File, th.Line, th.Parent))
	}
	if n := green.Pending() - calls; n > 0 {
		left = append(left, fmt.Sprintf("%d calls of time.AfterFunc are due", n))
	}
	return left
}

// MustYield calls f and demands that it lets other threads run. (gevent's
// assert_switches)
func MustYield(t testing.TB, f func()) {
	t.Helper()
	if yields, ok := count(f); ok && yields == 0 {
		t.Error("did not yield")
	}
}

// MustNotYield calls f and demands that no other thread runs meanwhile. (green.NoYield
// says where it yields.)
func MustNotYield(t testing.TB, f func()) {
	t.Helper()
	if yields, ok := count(f); ok && yields != 0 {
		t.Errorf("yielded %d times", yields)
	}
}

// count returns how often the hub was given up while f ran: by f, or by others
// that it let run.
func count(f func()) (yields uint64, ok bool) {
	ok = green.InHub()
	before := green.ReadStats().Yields
	f()
	return green.ReadStats().Yields - before, ok
}
