// Package parked tells a program when its goroutines are parked, so that it can
// arrange an interleaving instead of guessing at times.
package parked

import (
	"regexp"
	"runtime"
	"slices"
	"time"
)

// Wait returns once at least n goroutines wait for the given reason, in the
// words of a stack dump.
func Wait(reason string, n int) {
	for count(reason) < n {
		time.Sleep(time.Millisecond)
	}
}

func count(reason string) (n int) {
	for _, r := range Reasons() {
		if r == reason {
			n++
		}
	}
	return n
}

var header = regexp.MustCompile(`(?m)^goroutine \d+ \[([^],]*)`)

// Reasons returns what each goroutine waits for, sorted; the caller's own is
// "running".
func Reasons() (reasons []string) {
	buf := make([]byte, 1<<20)
	for _, m := range header.FindAllSubmatch(buf[:runtime.Stack(buf, true)], -1) {
		reasons = append(reasons, string(m[1]))
	}
	slices.Sort(reasons)
	return reasons
}
