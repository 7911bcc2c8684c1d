// Timeouts: one's own, the outer one's, three in each other, none, no time at all,
// and over a computation. Unpatched they are refused, and nothing is called.
package main

import (
	"errors"
	"os"
	"time"

	"behaviours/internal/check"

	green "github.com/greenify-go/greenify/runtime"
)

const soon = 20 * time.Millisecond

func sleep() error {
	time.Sleep(time.Hour)
	return nil
}

func compute(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
	}
}

// mine reports whether err is the error of the timeout with this time.
func mine(err error, d time.Duration) bool {
	var timeout *green.TimeoutError
	return errors.As(err, &timeout) && timeout.Timeout() && timeout.After == d && errors.Is(err, os.ErrDeadlineExceeded)
}

func main() {
	if !green.Enabled() {
		called := false
		err := green.WithTimeout(time.Hour, func() error { called = true; return nil })
		check.That(err == nil && called, "unpatched, in time: %v", err)
		end := make(chan bool)
		err = green.WithTimeout(soon, func() error { <-end; return nil })
		check.That(mine(err, soon) && errors.Is(err, errors.ErrUnsupported), "unpatched: %v", err)
		end <- true // it goes on
		return
	}
	deferred := false
	err := green.WithTimeout(soon, func() error { defer func() { deferred = true }(); return sleep() })
	check.That(mine(err, soon), "own: %v", err)
	check.That(deferred, "deferred calls ran")

	// The outer one's passes through the inner one.
	after, unwound := false, false
	err = green.WithTimeout(soon, func() error {
		inner := green.WithTimeout(time.Hour, func() error { defer func() { unwound = true }(); return sleep() })
		after = true
		return inner
	})
	check.That(mine(err, soon) && !after, "outer: %v", err)
	check.That(unwound, "what it called has unwound")

	// Three: each of them may be the first.
	for first := range 3 {
		var times, fired [3]time.Duration
		for i := range times {
			times[i] = time.Hour + time.Duration(i)
		}
		times[first] = soon
		var nest func(i int) error
		nest = func(i int) error {
			if i == 3 {
				return sleep()
			}
			if err := green.WithTimeout(times[i], func() error { return nest(i + 1) }); mine(err, times[i]) {
				fired[i] = times[i]
			}
			return nil
		}
		nest(0)
		var want [3]time.Duration
		want[first] = soon
		check.Equal("nested: fired", fired, want)
	}

	// What returns in time has its own result, and nothing fires later.
	mistake := errors.New("mistake")
	check.Equal("in time", green.WithTimeout(soon, func() error { return mistake }), mistake)
	time.Sleep(2 * soon)
	check.Equal("later", green.WithTimeout(time.Hour, func() error { time.Sleep(soon); return nil }), nil)

	// No time: at the first yield point, not before.
	computed := false
	err = green.WithTimeout(0, func() error { computed = true; return sleep() })
	check.That(mine(err, 0) && computed, "zero: %v", err)

	// A computation is not interrupted. If nothing waits behind it, its result stands.
	check.Equal("computation", green.WithTimeout(soon, func() error { compute(3 * soon); return mistake }), mistake)
	computed = false
	err = green.WithTimeout(soon, func() error { compute(3 * soon); computed = true; return sleep() })
	check.That(mine(err, soon) && computed, "computation, then a wait: %v", err)
}
