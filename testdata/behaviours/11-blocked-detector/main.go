// The detector reports a thread that keeps the hub, once, with the stack it had;
// nothing while the program is idle, and nothing of threads that take turns. busy=off:
// its report has the same stack.
//
// env: GREENIFY=blocked=200ms,busy=off
// patched-stderr: ^greenify: thread \d+ has kept the hub for \d+ ms; ready meanwhile: [1-9]\d*; it is in
// patched-stderr: \t\tmain\.compute .*main\.go
// patched-stderr: \t\tmain\.main .*@call
// patched-stderr: greenify: thread \d+ kept the hub for \d+ ms
package main

import (
	"sync"
	"time"

	"behaviours/internal/check"

	green "github.com/greenify-go/greenify/runtime"
)

//go:noinline
func compute(d time.Duration) (n int) { return check.Compute(d) + 1 } // not a tail call

const limit = 200 * time.Millisecond

// stalls is how many reports a machine that has other things to do may have caused:
// f took that much longer than usual.
func stalls(usual time.Duration, f func()) int {
	begin := time.Now()
	f()
	return int((time.Since(begin) - usual) / (limit / 2))
}

func main() {
	var (
		mu   sync.Mutex
		seen []green.Blocked
	)
	green.OnBlocked(func(b green.Blocked) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, b)
	})
	reports := func() int {
		mu.Lock()
		defer mu.Unlock()
		return len(seen)
	}
	time.Sleep(500 * time.Millisecond)
	check.Equal("reports while idle", reports(), 0)

	go func() {
		for {
			time.Sleep(time.Millisecond)
		}
	}()
	slow := 0
	for range 100 {
		slow += stalls(5*time.Millisecond, func() {
			compute(5 * time.Millisecond)
			green.Yield()
		})
	}
	before := reports()
	check.That(before <= slow, "reports while threads take turns: %d, stalls: %d", before, slow)
	if before > 0 {
		time.Sleep(1200 * time.Millisecond) // no more than one a second is printed
	}

	for range 10 { // a machine that gives it less than 200 ms in a second has it again
		compute(time.Second) // @call
		for end := time.Now().Add(time.Second); reports() == before && time.Now().Before(end); {
			time.Sleep(10 * time.Millisecond)
		}
		if reports() > before {
			break
		}
	}
	slow += stalls(100*time.Millisecond, func() {
		check.Until("a report", func() bool { return reports() > before })
		time.Sleep(100 * time.Millisecond)
	})
	n := reports()
	check.That(before < n && n <= 1+slow, "reports: %d, stalls: %d", n, slow)

	b := seen[before]
	found := false
	for frames := b.Frames(); ; {
		f, more := frames.Next()
		found = found || f.Function == "main.compute"
		if !more {
			break
		}
	}
	check.That(found, "its stack has main.compute")
	check.That(b.Held >= limit && b.Ready >= 1, "held for %v, ready meanwhile: %d", b.Held, b.Ready)
}
