//go:build greenify_hub && greenify_sim

package runtime

import "internal/stringslite"

// What greenify replay -v and -html show of a schedule, in lines on standard error that
// package explore reads: each step, what is drawn, how the time goes on, and in the end what
// each thread waits for. And where greenify replay -debug stops.

// hubSimShown is what is drawn, for hubSimShowDraw, and room for a stack.
var hubSimShown struct {
	drawn, below uint64
	pcs          [32]uintptr
}

// hubSimSeen returns where the program is in a stack: the innermost frame that is not of the
// runtime, or what it is built on. What is called there is the frame below. It reports false for what
// package testing does to run a test.
func hubSimSeen(pcs []uintptr) (at, called hubFrame, ok bool) {
	for _, pc := range pcs {
		f, valid := hubFrameAt(pc)
		if !valid {
			continue
		}
		switch pkg := hubPackage(f.name); {
		case pkg == "runtime", pkg == "sync", pkg == "sync/atomic", stringslite.HasPrefix(pkg, "internal/"),
			f.name == "time.Sleep": // it is in a file of package runtime
			if at.name == "" {
				called = f
			}
		case pkg == "testing":
			return at, called, false
		case pkg == "context":
			if at.name == "" {
				at = f
			}
		default:
			if at.name == "" {
				at = f
			}
			return at, called, true
		}
	}
	return at, called, false
}

func hubSimPrintAt(gp *g, at hubFrame) {
	print("thread ", gp.goid, " at ", at.file, ":", at.line, " ", at.name)
}

// hubSimShowTurn prints that a thread gets the hub.
func hubSimShowTurn(gp *g) {
	if !hubSim.on {
		return
	}
	if at, _, ok := hubSimSeen(hubStack(gp, hubSimShown.pcs[:])); ok {
		print("step ", hubSim.steps, " -> ")
		hubSimPrintAt(gp, at)
		hubSimPrintStarted(gp)
	}
}

// hubSimPrintStarted ends the line of a step.
func hubSimPrintStarted(gp *g) {
	if f := findfunc(hubStart(gp)); f.valid() {
		file, line := funcline(f, hubStart(gp)-1)
		print(" started ", file, ":", line)
	}
	print("\n")
}

// hubSimShowPoint prints that the calling thread comes to a point.
func hubSimShowPoint(gp *g) {
	pcs := hubSimShown.pcs[:]
	if at, called, ok := hubSimSeen(pcs[:callers(1, pcs)]); ok {
		print("step ", hubSim.steps, "    ")
		hubSimPrintAt(gp, at)
		if gp.hub.sim.object != 0 {
			print(" does ", called.name, " on ", hex(gp.hub.sim.object))
		}
		hubSimPrintStarted(gp)
	}
}

// hubSimShowDraw prints what a thread has drawn, if it is the program's doing. It runs on the
// system stack.
func hubSimShowDraw() {
	gp := getg().m.curg
	if gp == nil || !hubSim.on {
		return
	}
	var by hubFrame // of the standard library
	order := false
	for _, pc := range hubStack(gp, hubSimShown.pcs[:]) {
		f, ok := hubFrameAt(pc)
		if !ok {
			continue
		}
		pkg := hubPackage(f.name)
		switch {
		case hubOfScope(pkg, hubScopeDeps):
			what := "order of a map"
			switch {
			case hubSimShown.below != 0:
				what = "select"
			case by.name != "":
				what = by.name
			case !order:
				return // what a map is hashed by
			}
			print("draws ", hubSim.steps, " ")
			hubSimPrintAt(gp, f)
			print(": ", hubSimShown.drawn, " of ", hubSimShown.below, " for ", what, "\n")
			return
		case pkg == "testing":
			return
		case stringslite.HasPrefix(f.name, "internal/runtime/maps.(*Iter)"):
			order = true
		case pkg != "runtime" && !stringslite.HasPrefix(pkg, "internal/"):
			by = f
		}
	}
}

// hubSimShowClock prints that the time goes on.
func hubSimShowClock(when int64) {
	if s := &hubSim; s.on && when > s.clock {
		print("clock ", s.steps, " ", when-s.clock)
		if hub.runq.empty() {
			print(" idle\n")
		} else {
			print(" early\n")
		}
	}
}

// hubSimShowWaits prints what each thread that is left waits for: where, why, and who knows the
// object.
func hubSimShowWaits() {
	systemstack(func() {
		hubNoteDeferred()
		hubSimEach(func(gp *g) {
			if !hubSimLeft(gp) || hubTesting(gp) {
				return
			}
			at, _, ok := hubSimSeen(hubStack(gp, hubSimShown.pcs[:]))
			if !ok {
				return
			}
			print("waits ", hubSim.steps, " ")
			hubSimPrintAt(gp, at)
			print(" in ", hubWaitName(gp), ":")
			for sg := gp.waiting; sg != nil; sg = hubNextCase(sg) {
				lo, hi := hubObject(sg)
				if lo == 0 {
					continue
				}
				if c := sg.c.get(); c != nil {
					print(" on ", c)
				} else {
					print(" on ", hex(hubSyncAddr(gp, sg)))
				}
				hubSimPrintKnown(gp, lo, hi)
			}
			print("\n")
		})
	})
}

// hubSimPrintKnown prints which threads could end the wait of gp, so far as that is known: who
// holds the lock (-locks), else who has deferred its Unlock, else who refers to the object.
func hubSimPrintKnown(gp *g, lo, hi uintptr) {
	n := 0
	known := func(how string, other *g) {
		if n++; n <= hubSimMostKnown {
			print(" ", how, " ", other.goid)
		}
	}
	if hubWaitsForLock(gp) {
		if hubLocks == 1 {
			list, holders, _, _, _ := hubHolders(gp)
			for _, h := range list[:holders] {
				if h.gp != nil {
					known("held", h.gp)
				}
			}
			return
		}
		hubDeferrers(gp, func(other *g) { known("deferred", other) })
		return
	}
	hubOthers(gp, lo, hi, func(other *g) bool {
		if hubSimThis(other) && !hubTesting(other) {
			known("known", other)
		}
		return n < hubSimMostKnown
	})
}

const hubSimMostKnown = 8

// hubSimTail has the rest of a replay drawn anew: by another strategy, from another seed.
func hubSimTail() {
	s := &hubSim
	s.strategy = hubPortfolio(s.draw)
	s.seed ^= hubMix(s.draw)
	s.rng = hubMix(s.seed)
	s.body, s.begun = true, s.steps
	hubSimPlan(s.begun)
}

// hubSimStops stops a replay for a debugger, once its step has come, in the first thread that
// is in the program then.
func hubSimStops() {
	s := &hubSim
	if s.stop == 0 || !s.on || s.steps < s.stop {
		return
	}
	gp := getg()
	if gp != gp.m.curg || !hubSimThis(gp) {
		return
	}
	pcs := hubSimShown.pcs[:]
	pcs = pcs[:callers(0, pcs)]
	at, _, ok := hubSimSeen(pcs)
	if !ok {
		return
	}
	for i, pc := range pcs {
		if f, _ := hubFrameAt(pc); f == at {
			print("greenify: step ", s.steps, " of ", s.stop, ": ")
			hubSimPrintAt(gp, at)
			print(", frame ", i+1, "\n")
			break
		}
	}
	s.stop = 0
	hubSimStop()
}

// hubSimStop is where the debugger has its breakpoint.
//
//go:noinline
func hubSimStop() {}
