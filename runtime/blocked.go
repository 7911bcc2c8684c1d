package green

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// A Blocked is one turn of a thread that kept the hub from others for longer
// than the limit of GREENIFY=blocked.
type Blocked struct {
	Thread uint64        // its ID
	Held   time.Duration // how long, in steps of about 10 ms
	Ready  int           // threads that were ready when the limit was passed
	Stack  []uintptr     // at that moment, for runtime.CallersFrames; empty if it could not be taken
}

// Frames returns the stack.
func (b Blocked) Frames() *runtime.Frames { return runtime.CallersFrames(b.Stack) }

// blockedRecord has the layout of the hub's hubBlocked.
type blockedRecord struct {
	id    uint64
	held  int64
	ready int
	n     int
	pcs   [64]uintptr
}

// watchers are the functions of OnBlocked.
var watchers struct {
	start sync.Once
	mu    mutex
	funcs map[*func(Blocked)]bool
	seen  atomic.Uint64 // events handed to all of them
}

// OnBlocked calls f after each turn that kept the hub for longer than the limit,
// until stop is called. f runs in a native goroutine, beside the hub: it must
// lock what it shares with green threads, and not for long. Without a limit, in
// source and unpatched it is never called. It does not yield.
// (eventlet.debug.hub_blocking_detection)
func OnBlocked(f func(Blocked)) (stop func()) {
	if inSource || !enabled() {
		return func() {}
	}
	watchers.mu.Lock()
	if watchers.funcs == nil {
		watchers.funcs = map[*func(Blocked)]bool{}
	}
	watchers.funcs[&f] = true
	watchers.mu.Unlock()
	watchers.start.Do(func() { native(deliver) })
	return func() {
		watchers.mu.Lock()
		delete(watchers.funcs, &f)
		watchers.mu.Unlock()
	}
}

func deliver() {
	var r blockedRecord
	for {
		nextBlocked(&r)
		b := Blocked{Thread: r.id, Held: time.Duration(r.held), Ready: r.ready, Stack: append([]uintptr(nil), r.pcs[:r.n]...)}
		watchers.mu.Lock()
		for f := range watchers.funcs {
			(*f)(b)
		}
		watchers.mu.Unlock()
		watchers.seen.Add(1)
	}
}

// BlockedIn runs f and returns the turns, of any thread, that kept the hub for
// longer than limit meanwhile, even from nobody. It yields. The limit is the
// whole program's for that time, so calls must not overlap. In a native
// goroutine, in source and unpatched it only runs f.
func BlockedIn(limit time.Duration, f func()) (list []Blocked) {
	if inSource || !inHub() {
		f()
		return nil
	}
	var mu mutex
	stop := OnBlocked(func(b Blocked) {
		mu.Lock()
		defer mu.Unlock()
		list = append(list, b)
	})
	defer stop()
	Yield() // the time up to here is not f's
	before := watch(int64(limit), true)
	func() {
		defer watch(before, false)
		f()
		Yield()
		// The watchdog sees the end of the last turn in its next round.
		rounds, _ := watched()
		for now := rounds; now < rounds+2; now, _ = watched() {
			Sleep(time.Millisecond)
		}
	}()
	for _, found := watched(); watchers.seen.Load() < found; {
		Sleep(time.Millisecond)
	}
	mu.Lock()
	defer mu.Unlock()
	return list
}
