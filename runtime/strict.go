package green

import (
	"fmt"
	"path"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/greenify-go/greenify/runtime/code"
)

// A YieldError is what a function panics with that yields inside NoYield.
type YieldError struct {
	Func string // that yields, or called what yields
	File string
	Line int
	Late bool // it has let other threads run; the position is that of the call of NoYield
}

func (e *YieldError) Error() string {
	yields := "yields"
	if e.Late {
		yields = "has yielded"
	}
	return fmt.Sprintf("green: %s %s inside NoYield at %s:%d", e.Func, yields, e.File, e.Line)
}

// NoYield calls f, a critical section: no other green thread runs before it
// returns. If f comes to where it would yield it panics there, with a *YieldError
// that gives the position, and does not wait: it has not received, has not got the
// lock, and is in no queue. What need not wait (a lock that is free, a channel that
// is ready) is allowed, and the threads that f starts may yield. So is what f calls
// outside the hub or in C without greenify's knowing that it waits, but it keeps the
// hub: all others stand still. The end of f's time slice, and a Kill, have to wait
// for the end of f.
//
// NoYield may be called inside NoYield. Deferred calls of f are part of f.
//
// The waits that cannot be killed (Handle.Kill) take place. NoYield panics when f
// returns from such a one, with Late set.
//
// In a program patched in source every call of the Call functions yields. In a
// native goroutine, and unpatched, NoYield just calls f. The analyzer reports what
// a function literal f does itself (greenify check, or go vet -vettool=greenify; category
// noyield).
func NoYield(f func()) {
	if !strict(true, yieldsInside) {
		f()
		return
	}
	defer strict(false, nil)
	before := given()
	f()
	if given() != before {
		var pc [1]uintptr
		runtime.Callers(2, pc[:])
		frame, _ := runtime.CallersFrames(pc[:]).Next()
		panic(&YieldError{frame.Function, frame.File, frame.Line, true})
	}
}

// given returns how often the hub was given up, or taken away.
func given() uint64 {
	s := ReadStats()
	return s.Yields + s.Rescued
}

// yieldsInside panics at a yield point inside NoYield. The position is that of the
// innermost function that is neither of this package nor of the standard library, but
// not outside NoYield.
func yieldsInside() {
	_, own, _, _ := runtime.Caller(0)
	var pc [64]uintptr
	n := runtime.Callers(2, pc[:])
	var inner runtime.Frame
	for frames := runtime.CallersFrames(pc[:n]); ; {
		frame, more := frames.Next()
		if frame.Function == greenPath+".NoYield" || frame.Function == "" {
			break
		}
		pkg := code.Package(frame.Function)
		if ours(pkg) || path.Dir(frame.File) == path.Dir(own) && !strings.HasSuffix(frame.File, "_test.go") {
			continue // also a closure of Range that was inlined into another package
		}
		inner = frame
		if !more || !standard(pkg) {
			break
		}
	}
	panic(&YieldError{Func: inner.Function, File: inner.File, Line: inner.Line})
}

const greenPath = "github.com/greenify-go/greenify/runtime"

// ours tells this package and package patched, which calls it for rewritten code.
func ours(pkg string) bool { return pkg == greenPath || pkg == greenPath+"/patched" }

// standard tells the packages of the standard library from others as the hub does: a
// module's path begins with a host name, but for the main one's.
func standard(pkg string) bool {
	host, _, _ := strings.Cut(pkg, "/")
	rest, ok := strings.CutPrefix(pkg, mainModule())
	return pkg != "main" && !strings.Contains(host, ".") && !(ok && mainModule() != "" && (rest == "" || rest[0] == '/' || rest[0] == '_'))
}

var mainModule = sync.OnceValue(func() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Path
	}
	return ""
})
