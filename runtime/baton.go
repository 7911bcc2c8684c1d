//go:build !greenify

package green

import (
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/greenify-go/greenify/runtime/code"
)

// The baton: the hub of a program that is patched in source.
//
// Package runtime below is the plain one, so a green thread is an ordinary
// goroutine that runs patched code only while it holds the baton. At a yield
// point it tries the operation without waiting. If that fails it gives the
// baton to the next ready thread, does the native operation, which may wait,
// and queues for the baton again. So the native objects keep their exact
// meaning, native goroutines can be at the other end, and no wake-up can be
// lost: the hub wakes only threads that wait for the baton.
//
// Ready threads queue first in, first out, but for those that poll (ready.go): from the go
// statement on, and from the moment the native wait is over. There is no hub goroutine and no timer:
// when nothing can run, everybody waits in package runtime, and its deadlock
// detector says so.
//
// Everything that changes hands passes through mu and turn, so the race
// detector sees each hand-over as an edge.
//
// Lock order: mu is a leaf; nothing is locked, and nothing waits, while it is
// held.

var hub struct {
	on    atomic.Bool            // set once, by start
	owner atomic.Pointer[thread] // the thread that has the baton, or has been granted it; nil while it is idle. Set with mu held
	lost  atomic.Int32           // threads the baton was taken from (rescue.go)

	mu    sync.Mutex
	held  bool // somebody has the baton, or has been granted it
	order order
	out   int     // threads in a native wait
	alive *thread // list of all, most recent first
	stats Stats

	holder *thread // has the baton if held; nil if it has ended
	turn   uint64  // counts the times that the baton changed hands
	watch  watchdog

	lostThreads []*thread // that lost marks
}

// A thread is a green thread, or the callback of a foreign goroutine for as
// long as it runs.
type thread struct {
	g    atomic.Uintptr // its goroutine
	pool workers        // does work of that offload pool, without the baton; zero if of none; only its goroutine uses it
	turn chan struct{}  // holds a token when the baton has been given to the queueing thread. Inv: empty otherwise

	id     atomic.Uint64 // its goroutine's number; 0 before that has first run
	runs   atomic.Uint64 // the number of g, which is another one in an iterator of Pull
	parent uint64
	pc     uintptr // where it was started

	// Only its own goroutine uses these.
	outer  *thread       // of a callback in work of a pool: that one, which has given its worker back meanwhile
	strict atomic.Bool   // in NoYield
	uncut  int8          // while not 0 a kill waits
	claim  *uint32       // who kills the thread must win it first (waiter); nil if nobody need
	ops    uint8         // operations that did not have to wait
	lent   time.Duration // since hubEpoch: until when it gives native goroutines no other turn in a gap
	began  time.Duration // when the first look at the clock since it got the baton was, since hubEpoch; 0 before

	// Set with hub.mu held; gap is while it does not run, so it reads that without.
	late atomic.Bool // is to yield at its next operation: the watchdog found it late, or a gap is over (ready.go)
	gap  bool        // polls, and was taken from over because no other was ready

	// Guarded by hub.mu.
	kill       bool   // ends when it next leaves the hub or yields
	lost       bool   // the baton was taken from it in a native wait, or while it computed
	busy       bool   // lost, and computes
	wait       string // what it waits for natively; "" if it has the baton or queues for it
	since      time.Time
	name       *string // nil if it has none
	behind     *thread // in a queue
	next, prev *thread // in hub.alive
}

var threadPool = sync.Pool{New: func() any { return &thread{turn: make(chan struct{}, 1)} }}

func readManifest() ManifestInfo {
	if len(registered) == 0 && !enabled() {
		return ManifestInfo{Mode: code.Unpatched, Go: runtime.Version()}
	}
	version := startedBy // all packages have the same, or the hub would not start
	// All groups have rules for source, or need none.
	m := ManifestInfo{Mode: code.InSource, Go: runtime.Version(), Groups: slices.Sorted(slices.Values(code.Groups))}
	for _, p := range registered {
		version = p.rules
		m.Packages = append(m.Packages, p.path)
	}
	m.Rules, version, _ = strings.Cut(version, ":")
	if version != "" {
		m.Groups = strings.Split(version, ",")
	}
	return m
}

func enabled() bool { return hub.on.Load() }

// self returns the calling thread if it has the baton, or the worker of an offload
// pool: nil in other native goroutines, in the middle of a native wait, and while
// the hub is off.
func self() *thread {
	if t := hub.owner.Load(); t != nil && t.g.Load() == uintptr(getg()) { // nil: spare the call
		return t
	}
	if hub.lost.Load() != 0 {
		if t := reclaim(); t != nil {
			return t
		}
	}
	return worker()
}

func inHub() bool {
	t := self()
	return t != nil && t.pool == workers{}
}

// timeSlice is how long a thread runs that calls operations which do not have to
// wait: a loop that polls must not starve those it polls for. It is that of a
// whole-program build.
const timeSlice = 10 * time.Millisecond

var hubEpoch = time.Now()

// slice is called where an operation went on without waiting. When the time slice
// is over, or the thread is late, it queues with those that poll (ready.go). It looks at the clock
// seldom; the watchdog does when operations are seldom.
func (t *thread) slice() {
	if t.late.Load() && !t.strict.Load() {
		t.late.Store(false)
		if t.pool == (workers{}) {
			t.began = 0
			yieldBy((*order).putOver)
		}
		return
	}
	if t.ops++; t.ops%64 != 0 || t.pool != (workers{}) {
		return
	}
	now := time.Since(hubEpoch)
	if t.gap && now >= t.lent {
		// Native goroutines have a turn, too: with one processor nobody else could end
		// the gap. They may compute in it: the thread then has as much before the next.
		begin := now
		runtime.Gosched()
		now = time.Since(hubEpoch)
		t.lent = now + (now - begin)
	}
	if t.began == 0 {
		t.began = now
	} else if now-t.began > timeSlice && !t.strict.Load() {
		t.began = 0
		yieldBy((*order).putOver)
	}
}

// pick gives the baton to t, which may be nil. Called with mu held; if t queues
// it must get its token after mu is released.
func pick(t *thread) {
	hub.owner.Store(t)
	hub.held = t != nil
	hub.turn++
	if t == nil {
		return
	}
	t.began = 0
	t.late.Store(false)
	if t != hub.holder {
		hub.stats.Switches++
		hub.holder = t
	}
}

// await waits for the turn of t, which is queued. By its name in a dump others know who waits
// for the baton only.
func (t *thread) await() { <-t.turn }

// grant tells t, which may be nil, that its turn has come.
func (t *thread) grant() {
	if t != nil {
		t.turn <- struct{}{}
	}
}

// leave gives the baton, or the worker, away for a native wait. The wait must be
// followed by back, also if it panics: user code runs only with the baton.
func (t *thread) leave(wait string) {
	if t.pool != (workers{}) {
		t.rest()
		return
	}
	if t.strict.Load() {
		yieldsInside()
	}
	t.die()
	now := time.Now()
	hub.mu.Lock()
	if t.lost { // it has left without knowing
		t.found()
		t.wait, t.since = wait, now
		hub.mu.Unlock()
		return
	}
	t.wait, t.since = wait, now
	hub.out++
	hub.stats.Yields++
	next := hub.order.take()
	pick(next)
	hub.mu.Unlock()
	next.grant()
}

// back waits for the baton, or a worker, after a native wait.
func (t *thread) back() {
	if t.pool != (workers{}) {
		t.resume()
		return
	}
	hub.mu.Lock()
	if t.wait == "" { // leave did not return
		hub.mu.Unlock()
		return
	}
	t.wait = ""
	hub.out--
	queued := t.queue()
	hub.mu.Unlock()
	if queued {
		t.await()
	}
}

// queue gives t the baton if it is idle, else a place in the queue. Called with
// mu held.
func (t *thread) queue() (queued bool) {
	t.gap = false
	if hub.held {
		hub.order.put(t)
		hub.watch.arm()
		return true
	}
	pick(t)
	return false
}

// yield goes behind the ready threads.
func yield() { yieldBy((*order).putYielded) }

// yieldBy queues the thread and gives the baton to the next one, if that is another.
func yieldBy(put func(*order, *thread)) {
	t := self()
	if t == nil || t.pool != (workers{}) {
		runtime.Gosched()
		return
	}
	if t.strict.Load() {
		yieldsInside()
	}
	hub.mu.Lock()
	ended := t.gap && hub.order.ready.first != nil // a gap, by who is to run now
	native := !ended && hub.out != 0 || hub.order.queued() == 0
	hub.mu.Unlock()
	if native {
		// Native goroutines have a turn too, and threads whose native wait is
		// over a chance to queue.
		runtime.Gosched()
	}
	hub.mu.Lock()
	if t.lost {
		hub.mu.Unlock()
		reclaim()
	} else {
		hub.stats.Yields++
		put(&hub.order, t)
		t.gap = false
		next := hub.order.take()
		if next != t {
			hub.watch.arm()
			pick(next)
		} else {
			t.late.Store(false)
		}
		hub.mu.Unlock()
		if next != t {
			next.grant()
			t.await()
		}
	}
	t.die()
}

// die unwinds if the calling thread was killed, and may be here. Its deferred calls run
// with the baton.
func (t *thread) die() {
	hub.mu.Lock()
	kill := t.kill
	hub.mu.Unlock()
	if !kill || t.uncut != 0 || panics() ||
		t.claim != nil && !atomic.CompareAndSwapUint32(t.claim, waiterWaits, waiterKilled) {
		return
	}
	reclaim()
	hub.mu.Lock()
	t.kill = false // once: deferred calls may wait
	hub.mu.Unlock()
	setKilled()
	runtime.Goexit()
}

// newThread returns a thread that is started at pc, or if that is 0 by the caller's
// caller's caller.
func newThread(at uintptr) *thread {
	t := threadPool.Get().(*thread)
	t.parent = goid()
	if t.pc = at; at == 0 {
		var pc [1]uintptr
		runtime.Callers(4, pc[:])
		t.pc = pc[0]
	}
	return t
}

// join makes t one of the threads. Called with mu held.
func (t *thread) join() {
	if t.next = hub.alive; t.next != nil {
		t.next.prev = t
	}
	hub.alive = t
	hub.stats.Spawned++
	hub.stats.Alive++
	hub.stats.Peak = max(hub.stats.Peak, hub.stats.Alive)
}

// begin tells t its goroutine.
func (t *thread) begin() {
	t.g.Store(uintptr(getg()))
	id := goid()
	t.id.Store(id)
	t.runs.Store(id)
}

// end passes the baton on for good.
func (t *thread) end() {
	hub.mu.Lock()
	for t.lost {
		hub.mu.Unlock()
		reclaim()
		hub.mu.Lock()
	}
	if t.next != nil {
		t.next.prev = t.prev
	}
	if t.prev != nil {
		t.prev.next = t.next
	} else {
		hub.alive = t.next
	}
	hub.stats.Alive--
	hub.holder = nil
	next := hub.order.take()
	pick(next)
	hub.mu.Unlock()
	next.grant()
	outer := t.outer
	t.g.Store(0)
	t.id.Store(0)
	t.runs.Store(0)
	t.parent, t.pc, t.ops, t.began, t.lent, t.gap = 0, 0, 0, 0, 0, false
	t.uncut, t.claim = 0, nil
	t.strict.Store(false)
	t.late.Store(false)
	t.kill, t.wait, t.name, t.next, t.prev, t.outer = false, "", nil, nil, nil, nil
	threadPool.Put(t)
	if outer != nil {
		outer.resume()
	}
}

// spawn returns a new thread, ready to run, that is started at pc, or if that is 0 by
// the caller's caller. It returns nil while the hub is off.
func spawn(pc uintptr) *thread {
	if !enabled() {
		return nil
	}
	t := newThread(pc)
	hub.mu.Lock()
	t.join()
	queued := t.queue()
	hub.mu.Unlock()
	if !queued {
		t.grant() // the goroutine waits in any case
	}
	return t
}

// run is the thread's goroutine.
func (t *thread) run(f func()) {
	t.begin()
	t.await()
	returned := false
	defer func() {
		if !returned && deferredBy() == "runtime.gopanic" {
			return // the program ends now; no other thread runs meanwhile
		}
		t.end()
	}()
	f()
	returned = true
}

// callback takes the baton for a callback: until end. It returns nil if the
// caller has the baton already, and while the hub is off.
func callback() *thread {
	if !enabled() {
		return nil
	}
	outer := self()
	if outer != nil && outer.pool == (workers{}) {
		return nil
	}
	t := newThread(0)
	t.begin()
	if t.outer = outer; outer != nil {
		outer.rest()
	}
	hub.mu.Lock()
	t.join()
	queued := t.queue()
	hub.mu.Unlock()
	if queued {
		t.await()
	}
	return t
}

// adopt moves the thread to the calling goroutine: iter.Pull's iterator acts
// for its caller.
//
// The baton may have been taken from it meanwhile (rescue.go).
func (t *thread) adopt() {
	if t == nil {
		return
	}
	g := uintptr(getg())
	if t.pool != (workers{}) {
		working.byG.Delete(t.g.Load())
		working.byG.Store(g, t)
	}
	t.g.Store(g)
	t.runs.Store(goid())
}

// startMain turns the calling goroutine into the first green thread, and the hub
// on.
func startMain() {
	t := newThread(0)
	t.parent, t.pc = 0, 0
	t.begin()
	hub.mu.Lock()
	t.join()
	hub.held = true
	hub.holder = t
	hub.owner.Store(t)
	hub.mu.Unlock()
	hub.on.Store(true)
}

func threads(buf []record) int {
	if !enabled() {
		return 0
	}
	n := 0
	hub.mu.Lock()
	defer hub.mu.Unlock()
	for t := hub.alive; t != nil; t = t.next {
		for t.id.Load() == 0 {
			runtime.Gosched() // its goroutine is about to run for the first time
		}
		if n < len(buf) {
			r := record{id: t.id.Load(), parent: t.parent, gopc: t.pc, wait: t.wait, owner: hub.held && t == hub.holder, name: t.name}
			if t.wait != "" {
				r.since = time.Since(t.since)
			}
			buf[n] = r
		}
		n++
	}
	return n
}

// The watchdog and the search for deadlocks are of package runtime of the private
// toolchain.

func deadlocks([]stuckRecord, []byte) (threads, length int) { return 0, 0 }
func native(f func())                                       { go f() }
func nextBlocked(*blockedRecord)                            { select {} }
func watch(int64, bool) (before int64)                      { return 0 }
func watched() (rounds, found uint64)                       { return 0, 0 }

func workerNumber() int { return 0 }

func stats() (spawned, alive, peak, switches, yields, rescued, preempted uint64) {
	hub.mu.Lock()
	defer hub.mu.Unlock()
	s := &hub.stats
	return s.Spawned, s.Alive, s.Peak, s.Switches, s.Yields, s.Rescued, s.Preempted
}
