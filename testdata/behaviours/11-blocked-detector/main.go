// The detector reports a thread that keeps the hub, once, with the stack it had;
// nothing while the program is idle, and nothing of threads that take turns.
//
// env: GREENIFY=blocked=200ms
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
func compute(d time.Duration) (n int) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		n++
	}
	return n
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
	for range 100 {
		compute(5 * time.Millisecond)
		green.Yield()
	}
	check.Equal("reports while threads take turns", reports(), 0)

	compute(2 * time.Second) // @call
	check.Until("a report", func() bool { return reports() > 0 })
	time.Sleep(100 * time.Millisecond)
	check.Equal("reports of one turn", reports(), 1)

	found := false
	for frames := seen[0].Frames(); ; {
		f, more := frames.Next()
		found = found || f.Function == "main.compute"
		if !more {
			break
		}
	}
	check.That(found, "its stack has main.compute")
	check.That(seen[0].Held >= 200*time.Millisecond && seen[0].Ready >= 1, "held for %v, ready meanwhile: %d", seen[0].Held, seen[0].Ready)
}
