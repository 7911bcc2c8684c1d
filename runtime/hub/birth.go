//go:build greenify_hub

package runtime

import (
	"internal/runtime/sys"
	"unsafe"
)

// The birth of a goroutine, and its end.

// hubBirth is where a goroutine and its children come from.
type hubBirth struct {
	start  hubText // where it was started, if gopc lies in what starts threads for others; else 0
	starts hubText // likewise of the thread that it starts next
}

// A hubText is an address in the program's text by its distance from the begin, and 1; 0 is none, as for
// one that lies elsewhere (a plugin's).
type hubText uint32

func hubTextAt(pc uintptr) hubText {
	if off := pc - firstmoduledata.text; off < 1<<32-1 {
		return hubText(off + 1)
	}
	return 0
}

func (t hubText) pc() uintptr { return firstmoduledata.text + uintptr(t-1) }

// hubSpawn queues a new goroutine if it is to be a green thread. False means
// that the caller starts it natively: it is a native one, or the hub was idle.
func hubSpawn(gp *g) (queued bool) {
	return gp.hub.green && hubReady(gp)
}

// hubAdmit decides at birth what a goroutine is: green, unless it is one of
// the runtime's own or its go statement lies outside the scope of the patch.
// Inv: gp.hub is zero but for what outlives a thread, as it is of a new g and behind hubEnd.
func hubAdmit(gp *g) {
	parent := getg().m.curg
	if parent != nil {
		gp.hub.local = parent.hub.local
		if pc := parent.hub.birth.starts; pc != 0 {
			gp.hub.birth.start, parent.hub.birth.starts = pc, 0
		}
	}
	gp.hub.green = hub.on && !getg().hub.native && (hubScope == hubScopeAll || hubInScope(hubStart(gp)))
	if gp.hub.green {
		gp.hub.ran = true
		hub.spawned.Add(1)
		if n := hub.alive.Add(1); n > hub.peak.Load() {
			hub.peak.Store(n) // a lost race costs one in a statistic
		}
		hubSimBorn(gp, parent)
	}
}

// hubHasStack counts the stack of a goroutine for the size that new ones have, which is the average of those
// that were scanned (gcComputeStartingStackSize): 0 if it has never run. In plain Go a new
// goroutine runs next and there are few of them; here it queues behind all that are ready, so on a busy
// server half of the stacks could be empty, and each request had to grow its own.
func hubHasStack(gp *g) uint64 {
	if gp.sched.pc == gp.startpc {
		return 0
	}
	return 1
}

// hubStart returns where a goroutine was started: behind the go statement, or the call
// of the function that has it.
func hubStart(gp *g) uintptr {
	if gp.hub.birth.start != 0 {
		return gp.hub.birth.start.pc()
	}
	return gp.gopc
}

// hubStartHere says that the thread that the caller's caller starts next is started
// where that was called. fp is the caller's frame.
func hubStartHere(fp uintptr) {
	frame := (*[2]uintptr)(unsafe.Pointer(fp)) // the frame before, and where to return to
	getg().hub.birth.starts = hubTextAt((*[2]uintptr)(unsafe.Pointer(frame[0]))[1])
}

// hubNative starts f as a native goroutine, which runs beside the hub from the
// beginning.
func hubNative(f func()) {
	gp, pc := getg(), sys.GetCallerPC()
	fn := *(**funcval)(unsafe.Pointer(&f))
	systemstack(func() { // as in newproc
		getg().hub.native = true
		newg := newproc1(fn, gp, pc, false, waitReasonZero)
		getg().hub.native = false
		runqput(getg().m.p.ptr(), newg, true)
		wakep()
	})
}

// hubEnd is called as a goroutine ends, before it is destroyed. It reports
// whether the caller now owns the hub and must call hubPass. If the M is to
// die with its goroutine, the hub is passed on here.
func hubEnd(gp *g) bool {
	owner := gp.hub.owner
	if gp.hub.ran {
		hub.alive.Add(-1)
	}
	if hubTracing {
		hubTraceTo(gp, traceNone)
	}
	locked := gp.lockedm != 0
	hubTraceFree(gp)
	gp.hub = hubState{listed: gp.hub.listed, trace: gp.hub.trace}
	if owner && locked {
		hubSimFill()
		if next := hubNext(); next != nil {
			runqput(getg().m.p.ptr(), next, false)
			wakep()
		}
		return false
	}
	return owner
}
