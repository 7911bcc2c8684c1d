//go:build greenify_hub

package runtime

// The hub.
//
// A green thread is a goroutine that runs only while it owns the hub. At any
// moment one green thread owns it: that one executes, or is on its way to a
// processor, or is held in a wait that is not a yield point. All other green
// threads wait for something (parked) or for their turn (ready). There is no
// hub goroutine: the thread that parks picks the next ready one and switches
// to it on the spot, on the same M and P (hubPass).
//
// Every other goroutine is native: the runtime's own, and a green thread that
// has left the hub for a while (leave.go). Where the runtime calls code of the
// program on a goroutine of its own (finalizers, cleanups, callbacks from C
// threads), that goroutine is a green thread for as long as the call lasts.
// Native goroutines run beside the hub, in parallel, as in plain Go. Both kinds
// wait on the same native objects (channel queues, semaphores, timers, poll
// descriptors), so a wake-up crosses the border with no bridge: whoever calls
// goready, the thread lands in the hub's queue (ready.go).
//
// What parks and what does not is decided by the wait reason (park.go): waits
// a program asked for are yield points, waits inside the runtime (GC assist,
// stop the world) are not, so that an allocation never lets another green
// thread run.
//
// Ways in, one function each:
//
//	hubSpawn    a go statement
//	hubReady    a wake-up: channel, semaphore, timer, poller, native goroutine
//	hubReenter  the end of a system call or of native work
//	hubYield    runtime.Gosched
//
// Ways out:
//
//	hubRelease + hubPass   park
//	hubExit                end of a thread
//	hubDetach              leaving for native work
//	hubRescue              taken away: stuck in a system call
//
// Lock order: hub.lock is a leaf; nothing is locked while it is held, but the trace's
// lock.

import (
	"internal/runtime/atomic"
	"unsafe"
)

var hub struct {
	on bool // patched and not GREENIFY=off; written once, before main's init

	// Owned by whoever owns the hub. The owner is a green thread, an M that is
	// passing the hub on, or sysmon during a rescue; never two of them.
	runq     gQueue   // ready threads, first in first out
	holder   guintptr // the owner, 0 while the hub is idle
	last     guintptr // the last owner
	turns    uint32   // times the hub was given to a thread
	switches uint64   // times the owner was another thread than the one before
	yields   uint64   // parks and Gosched calls

	lock    mutex
	busy    bool         // somebody owns the hub; guarded by lock when it may change
	remote  gQueue       // ready threads queued by others than the owner; guarded by lock
	nremote atomic.Int32 // len(remote), to look without the lock

	manifest int // keeps hubManifest in the binary (hubDeadlock)

	spawned atomic.Uint64
	alive   atomic.Int64
	peak    atomic.Int64
	rescued atomic.Uint64
}

// hubState is what each g carries.
type hubState struct {
	green  bool       // a green thread: runs only as owner of the hub
	owner  bool       // owns the hub. Inv: at most one g at a time
	busy   bool       // was made to yield, and will be at the end of each slice until it waits by itself (busy.go)
	tries  uint8      // signals since it was to be killed, while busy (interrupt.go)
	ran    bool       // counted in hub.alive
	quiet  bool       // left the hub for a system call of the standard library: runs no user code
	child  bool       // of a g0: the goroutine it starts is native
	stuck  int8       // in a deadlock report: stuckNot, ...
	group  int32      // likewise, which threads belong together
	kind   uint32     // likewise, which threads wait alike (hubAlike)
	first  bool       // likewise, of its kind
	told   bool       // was reported to be stuck (patrol.go)
	handle bool       // can be killed by the program (green.Handle)
	looked uint32     // since of the wait that was looked at, and 1 (patrol.go)
	pool   hubPoolPtr // does work of that offload pool: runs only with a worker; 0 if of none
	worker bool       // has a worker of the pool
	trace  hubTraced
	hold   int8   // while not 0, waits keep the hub: the runtime's own business
	since  uint32 // hub ticks (hubNow) when it parked

	kill     uint8          // hubKillNone and so on. Others than the thread itself change it only as owner of the hub
	under    uint8          // likewise, while strict: what kill is else
	strict   bool           // in green.NoYield. Inv: kill is hubStrict unless its wait was cut
	fd       bool           // the semaphore is that of a descriptor (internal/poll.fdMutex)
	uncut    int8           // while not 0 a kill waits (uncut.go)
	claim    *uint32        // whoever ends the thread's wait must win it first (uncut.go); nil if nobody need
	shields  int32          // how many shields of std it stands in (shield.go)
	wholes   int32          // how many of them are whole
	cuts     int32          // waits that were ended by an error in these
	shield   *hubShield     // the innermost of them that has something to cancel
	waitlock uintptr        // gopark's lock argument: where the thread waits
	start    uintptr        // where it was started, if gopc lies in what starts threads for others; else 0
	starts   uintptr        // likewise of the thread that it starts next
	name     *string        // for reports; nil if it has none
	local    unsafe.Pointer // package green's data of the thread; born with its parent's
}

// waits reports whether a goroutine that becomes runnable must queue (hubReady).
func (h *hubState) waits() bool { return h.green && !h.owner || h.pool != 0 && !h.worker }

// hubNext takes the next ready thread and makes it the owner. It returns nil,
// and the hub is idle, when none is ready. The caller owns the hub.
//
//go:nowritebarrierrec
func hubNext() *g {
	if hub.nremote.Load() != 0 {
		hubDrain()
	}
	gp := hub.runq.pop()
	hubLate = 0
	if gp == nil {
		lock(&hub.lock)
		if hub.remote.empty() {
			hub.busy = false
			hub.holder = 0
			unlock(&hub.lock)
			return nil
		}
		hub.runq, hub.remote = hub.remote, gQueue{}
		hub.nremote.Store(0)
		unlock(&hub.lock)
		gp = hub.runq.pop()
	}
	hubOwn(gp)
	return gp
}

// hubOwn makes gp the owner.
//
//go:nowritebarrierrec
func hubOwn(gp *g) {
	gp.hub.owner = true
	hub.holder.set(gp)
	hub.turns++
	if hub.last.ptr() != gp {
		hub.last.set(gp)
		hub.switches++
	}
	if hubTracing {
		hubTraceTo(gp, traceRun)
	}
	hubRaceAcquire(gp)
}

// hubDrain moves the threads that others queued behind those already here.
func hubDrain() {
	lock(&hub.lock)
	hub.runq.pushBackAll(hub.remote)
	hub.remote = gQueue{}
	hub.nremote.Store(0)
	unlock(&hub.lock)
}

// hubPass gives the hub to the next ready thread and runs it, or runs the
// native scheduler when none is ready. It runs on g0, owns the hub, has no
// current g, and does not return.
//
// The direct switch is taken only when nothing native waits for this P:
// goroutines in its queues, the garbage collector, a safe point, the tracer.
// Otherwise, and every hubPollTicks passes, the thread takes its turn in the
// P's own queue, behind them, and stays the owner meanwhile; the native
// scheduler looks at timers, finalizers and all else on the way.
func hubPass() {
	next := hubNext()
	if next == nil {
		schedule()
	}
	mp := getg().m
	pp := mp.p.ptr()
	if mp.lockedg != 0 || next.lockedm != 0 || !runqempty(pp) || !sched.runq.empty() ||
		sched.gcwaiting.Load() || gcBlackenEnabled != 0 || pp.runSafePointFn != 0 ||
		traceEnabled() || traceShuttingDown() || hub.turns%hubPollTicks == 0 {
		if hub.turns%hubPollTicks == 0 {
			hubPoll()
		}
		runqput(pp, next, false)
		if mp.lockedg != 0 {
			wakep() // this M stops: another one must take the P's queue
		}
		schedule()
	}
	pp.preempt = false
	execute(next, false)
}

// hubPollTicks is after how many passes timers and descriptors are looked
// at, so that threads that keep each other ready cannot starve them. The Go
// scheduler uses 61 for a similar purpose (findRunnable).
const hubPollTicks = 31

// hubPoll polls the network if nobody has for 100 µs and nobody waits in the
// poller, and runs the timers that are due on any P: the native scheduler would
// do so only with nothing else to run, or once another OS thread gets to it.
func hubPoll() {
	now := nanotime()
	if last := sched.lastpoll.Load(); last != 0 && now-last > 100_000 && netpollinited() && netpollAnyWaiters() &&
		sched.lastpoll.CompareAndSwap(last, now) {
		list, delta := netpoll(0)
		injectglist(&list)
		netpollAdjustWaiters(delta)
	}
	for _, pp := range allp {
		if when := pp.timers.wakeTime(); when != 0 && when <= now {
			pp.timers.check(now, nil)
		}
	}
}
