//go:build !greenify

package green

import (
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/greenify-go/greenify/runtime/code"
)

// What the hub does about a thread that computes with the baton.
//
// Every operation of this package that went on without waiting yields when the thread is
// late (slice), so a loop that polls by one of them lets others run. A loop that calls
// nothing of this package never comes to such a place: one that polls an atomic, a context
// or the length of a channel, and if greenify check was not asked. If others have been ready
// for GREENIFY=busy, the watchdog takes the baton from it as it does from a thread that waits
// (rescue.go). Nothing in Go stops a goroutine that another one picks, so it goes on, beside
// the hub, until its next call of this package.
//
// So that there is still one thread at a time the program has one processor meanwhile. There
// Go's scheduler cuts the thread every 10 ms or so, and lets the hub's threads run until they
// wait; these are cut only if one of them computes for as long. That is what a whole-program
// build does: a step of the busy thread that is not atomic may be cut in two. It is counted
// (Stats.Preempted) and reported, once for each place.
//
// The limit is one of processor time, too: on a machine that others use, a second may pass
// without the thread having had any. It is the time of the process, whose collector and native
// work count, for Go does not tell that of a goroutine.

// computing is what Thread.Wait says of a thread that the baton was taken from so.
const computing = "computing beside the hub"

// isBusy reports whether the baton is to be taken from t, which has it, if it computes.
// Called with hub.mu held.
func (w *watchdog) isBusy(t *thread, now time.Duration) bool {
	return w.busy > 0 && !t.strict.Load() && now-w.ready >= w.busy && processorTime()-w.cpu >= w.busy
}

// computes reports whether the goroutine of a dump runs, or would. (runtime/traceback.go,
// gStatusStrings)
func computes(dump string) bool {
	switch dumpedState(dump) {
	case "running", "runnable", "preempted", "copystack":
		return true
	}
	return false
}

// newPlace reports whether nothing was said about the place that a dump shows: its innermost
// function that is neither of this package nor of the standard library.
func (w *watchdog) newPlace(dump string) bool {
	place := ""
	lines := strings.Split(dump, "\n")
	for i := 1; i+1 < len(lines); i += 2 {
		place = lines[i]
		if j := strings.LastIndexByte(place, '('); j > 0 {
			place = place[:j] // the arguments
		}
		if pkg := code.Package(place); !ours(pkg) && !standard(pkg) {
			break
		}
	}
	if w.places[place] {
		return false
	}
	if w.places == nil {
		w.places = map[string]bool{}
	}
	w.places[place] = true
	return true
}

// alone keeps the program on one processor while a thread computes beside the hub.
var alone oneProcessor

type oneProcessor struct {
	mu      sync.Mutex
	threads int // that compute so
	before  int // processors that there were
}

func (o *oneProcessor) enter() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.threads++; o.threads == 1 {
		o.before = runtime.GOMAXPROCS(1)
	}
}

func (o *oneProcessor) exit() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.threads--; o.threads == 0 && runtime.GOMAXPROCS(0) == 1 { // or the program has set it meanwhile
		runtime.GOMAXPROCS(o.before)
	}
}
