//go:build !greenify

package green

import (
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// TestDescribe: each frame is a function and its line, also where a long dump leaves
// frames out.
func TestDescribe(t *testing.T) {
	var b strings.Builder
	describe(&b, 1, 0, 1, deepDump(200))
	_, frames, _ := strings.Cut(b.String(), "\n")
	frame := regexp.MustCompile(`^\t\t\S+ \S+\.(go|s):\d+$`)
	for line := range strings.Lines(frames) {
		if !frame.MatchString(strings.TrimSuffix(line, "\n")) {
			t.Fatalf("a frame is %q", line)
		}
	}
}

func deepDump(depth int) string {
	if depth > 0 {
		return deepDump(depth - 1)
	}
	buf := make([]byte, 64<<10)
	dump := string(buf[:runtime.Stack(buf, false)])
	if !strings.Contains(dump, "frames elided") {
		panic("the dump is whole")
	}
	return dump
}
