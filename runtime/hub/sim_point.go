//go:build greenify_hub && greenify_sim

package runtime

import (
	"internal/abi"
	"unsafe"
)

// Points: where another thread may run though this one need not wait. Before an
// operation on a channel and close, Lock, RLock and their Try forms, WaitGroup and
// Cond; behind Unlock, RUnlock and a go statement. They are the rules of rewrite/rules
// for -sim. If the schedule has them, before the program's operations of sync/atomic and its
// accesses to memory (hubPoints).

// hubAt is a point, before an operation on an object or behind one.
func hubAt(object unsafe.Pointer) {
	s := &hubSim
	if !s.on {
		return
	}
	gp := getg()
	if mp := gp.m; mp.curg != gp || mp.locks != 0 || mp.preemptoff != "" || mp.throwing != 0 ||
		!gp.hub.owner || gp.hub.hold != 0 || gp.hub.kill.strict || gp.hub.kill.state != hubKillNone {
		return
	}
	hubSimCounts(hubSimPoint)
	if hub.nremote.Load() != 0 {
		systemstack(hubDrain)
	}
	gp.hub.sim.object = uintptr(object)
	hubSURWAt(gp)
	place := hubSimOrderPlace(gp, uintptr(object))
	if hubSimLog.verbose {
		hubSimShowPoint(gp)
	}
	hubSimStops()
	n := uint32(hub.runq.size)
	over := s.steps > s.max || hubReal.refused.Load() != 0
	if n == 0 && !over {
		if when := hubSimNextTimer(); hubSimPolls(when) || hubSimSoon(when) {
			systemstack(hubSimAlone)
			n = uint32(hub.runq.size)
		}
		if n == 0 {
			hubSURWPerforms(gp)
			hubSimOrdered(gp, uintptr(object), place)
			return
		}
	}
	if n != 0 {
		s.forced = hubSimSwitch(gp, n)
	}
	if s.forced != 0 || over {
		mcall(gosched_m)
		hubSimStops()
	} else {
		hubSURWPerforms(gp)
	}
	hubSimOrdered(gp, uintptr(object), place)
}

// hubSimAlone lets the time go on for a thread that is alone.
func hubSimAlone() {
	if !hubChildAsks() {
		hubSimJump()
	}
	if hub.nremote.Load() != 0 {
		hubDrain()
	}
}

// hubAtAtomic is a point before an operation of sync/atomic, called at pc. Where these are
// no points, a thread that spins is one that never waits.
//
//go:linkname hubAtAtomic sync/atomic.hubAt
func hubAtAtomic(object unsafe.Pointer, pc uintptr) {
	s := &hubSim
	if !s.on || !getg().hub.owner {
		return
	}
	code := hubSimCodeAt(pc).kind
	if code == hubSimAtomic {
		// In a method that the compiler has not inlined, such as those of Value.
		for _, pc := range hubSimStack() {
			if code = hubSimCodeAt(pc).kind; code != hubSimAtomic {
				break
			}
		}
	}
	if code != hubSimOwn {
		return
	}
	if s.points < hubPointsAtomics {
		s.passed++
		if s.spins++; s.spins <= hubSimStall {
			return
		}
		s.stall = max(s.stall, hubSimStall+1)
	}
	hubAt(object)
}

// hubSimCodeKind is whose code a call is in.
type hubSimCodeKind uint8

const (
	hubSimLibrary hubSimCodeKind = iota // the standard library's, though it may be inlined elsewhere
	hubSimOwn                           // the program's
	hubSimAtomic                        // package sync/atomic's, or one that the compiler has made: whose it is, the caller's says
)

// hubSimCode is a call.
type hubSimCode struct {
	pc     uintptr
	kind   hubSimCodeKind
	place  uint64 // of the program's function that it is in, or inlined in: a hash of it and the line, the same in another build; 0: none
	places uint64 // likewise, with those that this function is inlined in
}

var hubSimCodes [4096]hubSimCode // those that were looked up

// hubSimCodeAt looks up the call that returns to pc. What is inlined from package
// sync/atomic is whose it is inlined in.
func hubSimCodeAt(pc uintptr) *hubSimCode {
	c := &hubSimCodes[(pc^pc>>10)%uintptr(len(hubSimCodes))]
	if c.pc == pc {
		return c
	}
	*c = hubSimCode{pc: pc}
	if f := findfunc(pc - 1); f.valid() && f.funcID == abi.FuncIDWrapper {
		c.kind = hubSimAtomic
	} else if f.valid() {
		known := false
		for u, uf := newInlineUnwinder(f, pc-1); uf.valid(); uf = u.next(uf) {
			fn := u.srcFunc(uf)
			name := fn.name()
			kind := hubSimLibrary
			if pkg := hubPackage(name); pkg == "sync/atomic" {
				kind = hubSimAtomic
			} else if hubOfScope(pkg, hubScopeDeps) {
				kind = hubSimOwn
			}
			if !known {
				c.kind, known = kind, kind != hubSimAtomic
			}
			if kind == hubSimOwn {
				_, line := u.fileLine(uf)
				place := uint64(line - int(fn.startLine))
				for i := range len(name) {
					place = hubMix(place ^ uint64(name[i]))
				}
				if c.place == 0 {
					c.place = place
				}
				c.places = hubMix(c.places + place)
			}
		}
	}
	return c
}

// hubSimStack returns where the innermost functions return to, of the thread that is here. It
// goes by the frame pointers, for it is called at each point.
//
//go:nosplit
func hubSimStack() []uintptr {
	n, gp := 0, getg()
	for bp := getfp(); n < len(hubSimPCs) && hubRealFrame(gp, bp); n++ {
		frame := (*[2]uintptr)(unsafe.Pointer(bp)) // the frame before, and where to return to
		hubSimPCs[n] = frame[1]
		bp = frame[0]
	}
	return hubSimPCs[:n]
}

var hubSimPCs [16]uintptr

//go:linkname internal_sync_hubAt internal/sync.hubAt
func internal_sync_hubAt(object unsafe.Pointer) { hubAt(object) }

//go:linkname sync_hubAt sync.hubAt
func sync_hubAt(object unsafe.Pointer) { hubAt(object) }
