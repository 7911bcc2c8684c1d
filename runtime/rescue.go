//go:build !greenify

package green

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// The rescue: what the hub does about a thread that keeps the baton.
//
// Code that is not patched may wait with the baton: for a lock of std whose holder
// is off the hub, in C, in a call that no rule is for. If it waits for another
// green thread that is for ever. So while threads are ready somebody looks at the
// clock. A thread that is found in one and the same native wait twice,
// rescueDelay apart, loses the baton: it goes on when its wait is over, at first
// beside the hub, as plain Go would have it, and queues for the baton at its next
// call of this package. That is counted (Stats.Rescued) and reported, for until
// that call the thread runs in parallel with another one.
//
// A thread that computes loses the baton much later (busy.go), and one in NoYield keeps
// it. With GREENIFY=blocked either is reported, as is one that waits, as soon as the
// limit has passed.
//
// Inv: nobody looks while no thread is ready, so that package runtime's deadlock
// detector, which a timer keeps from its conclusion, has the last word.

// rescueDelay is far longer than in a whole-program build, which knows a system
// call from a computation at no cost. Here it takes a dump of all stacks.
var rescueDelay = 500 * time.Millisecond // set by tests only

// A watchdog is what the timer that looks remembers. Guarded by hub.mu.
type watchdog struct {
	armed bool
	timer *time.Timer
	turn  uint64        // of the baton at the last look
	since time.Duration // since hubEpoch: when that turn was first seen
	limit time.Duration // GREENIFY=blocked; 0 is off
	at    time.Duration // how long after since the next dump is due
	seen  string        // the wait, and the stack, that the last dump found
	told  bool          // the turn has been reported
	ended bool          // main has returned: it keeps the baton until the process ends
	who   uint64

	busy   time.Duration   // GREENIFY=busy; 0 is off
	ready  time.Duration   // since hubEpoch: when threads were first seen to be ready in that turn; 0 if none were
	cpu    time.Duration   // of the process at that time
	places map[string]bool // where threads were preempted, for one report each
}

// arm is called with hub.mu held when a thread has queued.
func (w *watchdog) arm() {
	if w.armed {
		return
	}
	w.armed = true
	if w.timer == nil {
		w.timer = time.AfterFunc(w.interval(), look)
	} else {
		w.timer.Reset(w.interval())
	}
}

func (w *watchdog) interval() time.Duration {
	d := rescueDelay
	for _, limit := range []time.Duration{w.limit, w.busy} {
		if limit > 0 {
			d = min(d, max(limit/2, time.Millisecond))
		}
	}
	return d
}

// look is called by the timer.
func look() {
	var said strings.Builder
	defer func() { os.Stderr.WriteString(said.String()) }() // with nothing locked: it may wait
	w := &hub.watch
	now := time.Since(hubEpoch)
	hub.mu.Lock()
	if w.ended {
		hub.mu.Unlock()
		return
	}
	if w.turn != hub.turn || !hub.held {
		if w.told {
			fmt.Fprintf(&said, "greenify: thread %d kept the hub for %d ms\n", w.who, (now - w.since).Milliseconds())
		}
		w.turn, w.since, w.at, w.seen, w.told, w.ready = hub.turn, now, rescueDelay, "", false, 0
		if w.limit > 0 {
			w.at = min(w.at, w.limit)
		}
	}
	ready := hub.order.queued()
	t := hub.holder
	due := false
	switch {
	case ready == 0:
	case w.ready == 0:
		w.ready, w.cpu = now, processorTime()
	default:
		t.late.Store(true) // yields at its next operation, if it calls any
		due = w.isBusy(t, now)
	}
	if ready == 0 || now-w.since < w.at && !due {
		if w.armed = ready > 0 || w.told; w.armed {
			w.timer.Reset(w.interval())
		}
		hub.mu.Unlock()
		return
	}
	turn := hub.turn
	id, runs := t.id.Load(), t.runs.Load()
	hub.mu.Unlock()

	stack := stackOf(runs) // stops the world: not with mu held
	wait := nativeWait(stack)
	if due = due && computes(stack); due {
		alone.enter() // stops the world, too, and comes before the others go on
		defer func() {
			if !due {
				alone.exit()
			}
		}()
	}

	hub.mu.Lock()
	defer hub.mu.Unlock()
	w.timer.Reset(w.interval())
	if due = due && hub.turn == turn && !t.strict.Load(); hub.turn != turn {
		return
	}
	held := now - w.since
	again := wait != "" && w.seen == stack && held >= w.at && !t.strict.Load()
	first := due && w.newPlace(stack)
	if !w.told && (again || first || w.limit > 0 && held >= w.limit) {
		w.told, w.who = true, id
		describe(&said, id, held, ready, stack)
	}
	switch {
	case again:
		fmt.Fprintf(&said, "greenify: thread %d waits (%s) and does not give up the hub, which goes on without it\n", id, wait)
		w.told = false
		hub.stats.Rescued++
		t.rescue(wait)
	case due:
		if first {
			fmt.Fprintf(&said, "greenify: thread %d computes and does not give up the hub, which goes on without it until its next call that may wait; GREENIFY=busy=off keeps the hub for it\n", id)
			w.told = false
		}
		hub.stats.Preempted++
		t.busy = true
		t.rescue(computing)
	case wait != "" && w.seen == stack: // and it is too early
	case wait != "":
		w.seen, w.at = stack, held+rescueDelay
	default:
		w.seen, w.at = "", 2*held // it computes: look ever more seldom
	}
}

// rescue takes the baton from t, which waits or computes. Called with hub.mu held.
func (t *thread) rescue(wait string) {
	t.lost = true
	hub.lostThreads = append(hub.lostThreads, t)
	hub.lost.Add(1)
	t.wait, t.since = wait, time.Now()
	hub.out++
	next := hub.order.take()
	pick(next)
	next.grant() // its turn is empty: the token does not wait
}

// found undoes the loss: t is where it knows that it does not have the baton.
// Called with hub.mu held.
func (t *thread) found() {
	t.lost = false
	if t.busy {
		t.busy = false
		go alone.exit() // stops the world: not with mu held
	}
	hub.lostThreads = slices.DeleteFunc(hub.lostThreads, func(other *thread) bool { return other == t })
	hub.lost.Add(-1)
}

// reclaim waits for the baton if it was taken from the calling thread, which it
// then returns.
func reclaim() *thread {
	g := uintptr(getg())
	hub.mu.Lock()
	i := slices.IndexFunc(hub.lostThreads, func(t *thread) bool { return t.g.Load() == g })
	if i < 0 {
		hub.mu.Unlock()
		return nil
	}
	t := hub.lostThreads[i]
	t.found()
	hub.mu.Unlock()
	t.back()
	return t
}

// stackOf returns the dump of one goroutine; "" if it has ended.
func stackOf(id uint64) string {
	buf := make([]byte, 64<<10)
	for {
		n := runtime.Stack(buf, true)
		if n < len(buf) {
			buf = buf[:n]
			break
		}
		buf = make([]byte, 2*len(buf))
	}
	header := fmt.Appendf(nil, "goroutine %d ", id) // what follows depends on GOTRACEBACK
	for len(buf) > 0 {
		dump, rest, _ := bytes.Cut(buf, []byte("\n\n"))
		if bytes.HasPrefix(dump, header) {
			return string(dump)
		}
		buf = rest
	}
	return ""
}

// nativeWait returns what the goroutine of a dump waits for; "" if it runs, or if
// it waits for a moment, as for the garbage collector, or as a coroutine.
// (runtime/runtime2.go, waitReasonStrings)
func nativeWait(dump string) string {
	switch state := dumpedState(dump); state {
	case "IO wait", "chan receive", "chan send", "select", "semacquire", "sleep", "syscall",
		"sync.Cond.Wait", "sync.Mutex.Lock", "sync.RWMutex.RLock", "sync.RWMutex.Lock", "sync.WaitGroup.Wait":
		return state
	}
	return ""
}

// dumpedState returns what the goroutine of a dump does.
func dumpedState(dump string) string {
	_, state, _ := strings.Cut(dump, "[")
	state, _, _ = strings.Cut(state, "]")
	state, _, _ = strings.Cut(state, ",")  // 3 minutes, locked to thread
	state, _, _ = strings.Cut(state, " (") // durable, nil chan
	return state
}

// describe says where a thread is, as the watchdog of a whole-program build does.
func describe(b *strings.Builder, id uint64, held time.Duration, ready int, dump string) {
	fmt.Fprintf(b, "greenify: thread %d has kept the hub for %d ms; ready meanwhile: %d; it is in\n", id, held.Milliseconds(), ready)
	lines := slices.DeleteFunc(strings.Split(dump, "\n"), func(line string) bool {
		return strings.HasPrefix(line, "...") // 3 frames elided
	})
	for i := 1; i+1 < len(lines); i += 2 {
		name := lines[i]
		if j := strings.LastIndexByte(name, '('); j > 0 {
			name = name[:j]
		}
		if strings.HasPrefix(name, "created by ") {
			break
		}
		file, _, _ := strings.Cut(strings.TrimSpace(lines[i+1]), " +0x")
		fmt.Fprintf(b, "\t\t%s %s\n", name, file)
	}
}
