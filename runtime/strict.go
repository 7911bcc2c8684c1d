package green

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
)

// NoYield calls f, a critical section: if f comes to a yield point it panics, with
// an error that gives the position, instead of letting another thread run; the
// wait does not take place. In a wait that cannot be undone (Handle.Kill lists
// them) it panics afterwards. Outside the hub, and unpatched, it just calls f.
func NoYield(f func()) {
	was, _ := strict(true, yieldsInNoYield)
	if was {
		f()
		return
	}
	defer func() {
		if _, late := strict(false, yieldsInNoYield); late && deferredBy() != "runtime.gopanic" {
			yieldsInNoYield()
		}
	}()
	f()
}

// yieldsInNoYield panics with the place of the wait: the first caller that does not
// belong to what waits.
func yieldsInNoYield() {
	var pc [32]uintptr
	frames := runtime.CallersFrames(pc[:runtime.Callers(2, pc[:])])
	for {
		frame, more := frames.Next()
		slash := strings.LastIndexByte(frame.Function, '/') + 1
		pkg, _, _ := strings.Cut(frame.Function[slash:], ".")
		pkg = frame.Function[:slash] + pkg
		if more && (slices.Contains([]string{"runtime", "sync", "time", "github.com/greenify-go/greenify/runtime"}, pkg) ||
			strings.HasPrefix(pkg, "internal/")) {
			continue
		}
		panic(fmt.Errorf("green: %s yields in NoYield at %s:%d", frame.Function, frame.File, frame.Line))
	}
}

// Pending returns how many calls of time.AfterFunc are due; 0 unless the program
// was built by greenify.
func Pending() int { return pending() }
