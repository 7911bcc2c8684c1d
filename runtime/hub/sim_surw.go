//go:build greenify_hub && greenify_sim

package runtime

// Strategy surw: a walk in which each order of the operations that are of interest in this
// schedule is as likely as any other (Zhao et al., ASPLOS 2025). A random walk prefers orders
// in which threads that have little to do come first. Here the next operation is that of a
// thread drawn by how many it has left: which the first schedule of a test has counted, by
// the descent of the threads. A parent has those of the children that it has not started yet.
//
// Of interest are all operations on objects, or those at some places of the program, by
// turns. Operations of no interest are done as their threads get to them.

// hubSURWThread is what a thread is to the strategy.
type hubSURWThread struct {
	left    uint32 // operations of interest
	profile uint32 // its place in the profile, and 1; 0: none
	pending bool   // its next operation is of interest
}

const (
	hubSURWThreads = 1024 // in a profile; those behind have no operations
	hubSURWClasses = 8    // of places
)

// hubSURW is the profile of the first schedule, and the state of a walk.
var hubSURW struct {
	wanted  bool // the search may have such schedules
	n       uint32
	threads [hubSURWThreads]struct {
		id     uint64
		parent uint32 // its place, and 1
		counts [hubSURWClasses]uint32
		left   uint32 // of interest, with those of all descendants
	}
	index [2 * hubSURWThreads]uint32 // a hash table: places, and 1

	classes uint32 // of interest, a bit each
	turn    uint64 // the thread whose operation is next; 0: not drawn
}

// hubSURWBegin draws what is of interest in a schedule, or begins the profile.
func hubSURWBegin() {
	w, s := &hubSURW, &hubSim
	w.turn = 0
	if s.first {
		w.n = 0
		w.index = [2 * hubSURWThreads]uint32{}
	}
	if s.first || s.strategy != hubStrategySURW {
		return
	}
	w.classes = 1<<hubSURWClasses - 1
	if hubSimBelow(2) == 0 {
		w.classes = 1 + uint32(hubSimBelow(1<<hubSURWClasses-1))
	}
	for i := range w.threads[:w.n] {
		t := &w.threads[i]
		t.left = 0
		for class, n := range t.counts {
			if w.classes>>class&1 != 0 {
				t.left += n
			}
		}
	}
	// Children are behind their parents.
	for i := int(w.n) - 1; i >= 0; i-- {
		if p := w.threads[i].parent; p != 0 {
			w.threads[p-1].left += w.threads[i].left
		}
	}
}

// hubSURWBorn notes a thread for the profile, or looks up what it has to do.
func hubSURWBorn(t *hubSimThread, parent *g) {
	w, s := &hubSURW, &hubSim
	if !s.on || !w.wanted || !s.first && s.strategy != hubStrategySURW {
		return
	}
	i := uint32(t.id) % uint32(len(w.index))
	for ; w.index[i] != 0; i = (i + 1) % uint32(len(w.index)) {
		if p := &w.threads[w.index[i]-1]; p.id == t.id {
			t.surw.profile, t.surw.left = w.index[i], p.left
			if parent != nil {
				parent.hub.sim.surw.left -= min(p.left, parent.hub.sim.surw.left)
			}
			return
		}
	}
	if !s.first || w.n == hubSURWThreads {
		return
	}
	p := &w.threads[w.n]
	p.id, p.parent, p.counts = t.id, 0, [hubSURWClasses]uint32{}
	if parent != nil {
		p.parent = parent.hub.sim.surw.profile
	}
	w.n++
	w.index[i], t.surw.profile = w.n, w.n
}

// hubSURWAt looks at the operation that gp comes to.
func hubSURWAt(gp *g) {
	w, s := &hubSURW, &hubSim
	t := &gp.hub.sim
	if !w.wanted || t.object == 0 || !s.first && s.strategy != hubStrategySURW {
		return
	}
	class := hubMix(hubSimPlace(len(hubSimPCs))) % hubSURWClasses
	if !s.first {
		t.surw.pending = w.classes>>class&1 != 0
	} else if t.surw.profile != 0 {
		w.threads[t.surw.profile-1].counts[class]++
	}
}

// hubSURWSwitch decides at a point, which gp has come to.
func hubSURWSwitch(gp *g, n uint32) uint32 {
	s, t := &hubSim, &gp.hub.sim.surw
	switch {
	case s.first:
		if s.stall > hubSimStall {
			return 1
		}
		return 0
	case t.pending:
		return hubSURWNext(gp)
	case s.stall > hubSimStall:
		return 1 + uint32(hubSimBelow(uint64(n)))
	}
	return 0
}

// hubSURWNext chooses who is next: of the ready threads, and gp, which is at a point. It
// returns the place in the queue, and 1; 0 is gp.
//
//go:nosplit
func hubSURWNext(gp *g) uint32 {
	w, s := &hubSURW, &hubSim
	if s.first {
		return 1
	}
	for {
		if w.turn != 0 {
			// Whoever has no operation of interest before it may run, and whose turn it is.
			count, picked, i := uint64(0), uint32(0), uint32(0)
			if gp != nil && gp.hub.sim.id == w.turn {
				return 0
			}
			for o := hub.runq.head.ptr(); o != nil; o = o.schedlink.ptr() {
				i++
				if t := &o.hub.sim; !t.surw.pending || t.id == w.turn {
					if count++; hubSimBelow(count) == 0 {
						picked = i
					}
				}
			}
			if picked != 0 {
				return picked
			}
		}
		// The turn is drawn by what is left; one in which nothing is counts as one.
		total := uint64(0)
		if gp != nil {
			total, w.turn = uint64(max(gp.hub.sim.surw.left, 1)), gp.hub.sim.id
		}
		for o := hub.runq.head.ptr(); o != nil; o = o.schedlink.ptr() {
			left := uint64(max(o.hub.sim.surw.left, 1))
			if total += left; hubSimBelow(total) < left {
				w.turn = o.hub.sim.id
			}
		}
	}
}

// hubSURWPerforms is called as gp goes on, with an operation of interest if one is pending.
//
//go:nosplit
func hubSURWPerforms(gp *g) {
	t := &gp.hub.sim.surw
	if !t.pending {
		return
	}
	t.pending = false
	if t.left != 0 {
		t.left--
	}
	if hubSURW.turn == gp.hub.sim.id {
		hubSURW.turn = 0
	}
}
