//go:build greenify_hub

package runtime

import "internal/runtime/atomic"

// A thread that computes for long: the second step, behind that of slice.go.
//
// A loop without any such operation, over an atomic, len(c) or nothing at all, would
// keep the hub for ever. So a thread that has computed for hubBusy.limit while others
// were ready is made to yield where the Go scheduler preempts it (isAsyncSafePoint,
// newstack). Still one thread runs at a time, but what it was doing may be cut there:
// it is counted, and reported once for each place. From then on it is cut at the end
// of each slice, until it waits by itself, so that a loop that is left behind costs
// the others half the processor and no more. One that is to be killed is cut even if
// nobody is ready, and ends (interrupt.go).
//
// Never cut: what is inside green.NoYield, and the runtime's own waits (hold). A loop
// of assembly, and one without a call while GODEBUG=asyncpreemptoff=1, is not
// preempted in plain Go either.

var hubBusy = struct {
	limit   int64         // nanoseconds; 0: off; -1: no setting, hubBusyDefault
	cut     atomic.Uint64 // the turn that is to be cut, and hubBusyCut; 0: none
	held    int64         // of sysmon: how long the turn has lasted, as it is counted
	count   atomic.Uint64 // times a thread was made to yield
	places  [256]uint32   // hashes of the places reported
	reports int
}{limit: -1}

const hubBusyCut = 1 << 32

// hubSimSpin is the limit in a simulation, in which a thread that computes is rare, for one
// that polls without a point is what keeps the time from going on.
const hubSimSpin = 5e9

// hubBusyDefault is the limit unless GREENIFY has another (greenify_table.go).
var hubBusyDefault int64

// hubBusyLimit returns the limit that is in force; 0 if there is none.
func hubBusyLimit() int64 {
	limit := hubBusy.limit
	if limit < 0 {
		limit = hubBusyDefault
	}
	if hubSimulated && limit != 0 {
		limit = max(limit, hubSimSpin) // what is cut is not the same again
	}
	return limit
}

// hubBusyLook is called by sysmon at each round, with what hubTurn.look has measured. The
// deadline counts from when others became ready. It is processor time, but that of a
// machine with too much to do counts half at least, so that nobody waits for long.
func hubBusyLook(step, used int64) {
	b, limit := &hubBusy, hubBusyLimit()
	if step == 0 {
		b.held = 0
		return
	}
	gp := hub.holder.ptr()
	if limit == 0 || gp == nil || !hubWaiting() && gp.hub.kill.state != hubKillMark {
		return
	}
	// A watchdog with the same limit comes first: its report says that nobody could run.
	first := hubBlock.awaits(limit) && b.held < 3*limit
	if b.held += max(used, step/2); b.held >= limit && !first {
		b.cut.Store(hubBusyCut | uint64(hubTurn.turn))
	}
}

// hubBusyCuts reports whether the turn is to be cut.
func hubBusyCuts() bool { return hubBusy.cut.Load() == hubBusyCut|uint64(hub.turns) }

// hubBusyReport says once for each place where a thread was cut. It runs on g0; gp
// is off its processor and in no queue.
func hubBusyReport(gp *g) {
	b := &hubBusy
	if hubFamily.child && !hubFamily.children {
		return
	}
	hubStill(gp, _Grunnable)
	pcs := hubStack(gp, hubBusyPCs[:])
	hubStirs(gp, _Grunnable)
	f, ok := hubUserFrame(pcs)
	if !ok {
		return
	}
	h := uint32(2166136261) // FNV
	for i := range len(f.name) {
		h = (h ^ uint32(f.name[i])) * 16777619
	}
	h = (h^uint32(f.line))*16777619 | 1
	for i := range uint32(len(b.places)) {
		p := &b.places[(h>>1+i)%uint32(len(b.places))]
		if *p == h {
			return
		}
		if *p == 0 {
			*p = h
			break
		}
	}
	if b.reports++; b.reports > len(b.places)/2 {
		return // a program that does nothing else; preempted= has them all
	}
	n := hubQueued()
	others := " others were ready"
	if n == 1 {
		others = " other was ready"
	}
	printlock()
	print("greenify: thread ", gp.goid, " computed for ", b.held/1e6, " ms while ", n, others, ": it is made to yield, until it waits, in\n")
	hubPrintStack(pcs, true)
	printunlock()
}

var hubBusyPCs [64]uintptr // owned with the hub
