// Package parked tells a program when its goroutines are parked, so that it can
// arrange an interleaving instead of guessing at times.
package parked

import (
	"bytes"
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

var header = regexp.MustCompile(`(?m)^goroutine \d+ \[([^],]*).*\n(.*)`)

// Reasons returns what each goroutine waits for, sorted; the caller's own is
// "running". One that waits for its turn, in a program that is patched in source, is not parked.
func Reasons() (reasons []string) {
	buf := make([]byte, 1<<20)
	for _, m := range header.FindAllSubmatch(buf[:runtime.Stack(buf, true)], -1) {
		if !bytes.HasPrefix(m[2], []byte("github.com/greenify-go/greenify/runtime.(*thread).await(")) {
			reasons = append(reasons, string(m[1]))
		}
	}
	slices.Sort(reasons)
	return reasons
}
