package greentest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	green "github.com/greenify-go/greenify/runtime"
)

// MustNotBlock runs f and reports an error for each turn of a thread that kept the
// hub for longer than limit meanwhile, with the thread's stack at that moment. The
// watchdog looks every 10 ms. It yields. Where there is no hub (unpatched, in
// source, in a native goroutine) it only runs f.
func MustNotBlock(t testing.TB, limit time.Duration, f func()) {
	t.Helper()
	for _, b := range green.BlockedIn(limit, f) {
		var stack strings.Builder
		for frames := b.Frames(); ; {
			frame, more := frames.Next()
			fmt.Fprintf(&stack, "\n\t%s %s:%d", frame.Function, frame.File, frame.Line)
			if !more {
				break
			}
		}
		t.Errorf("thread %d kept the hub for %v, limit %v:%s", b.Thread, b.Held, limit, &stack)
	}
}
