//go:build greenify_hub

package runtime

import "unsafe"

// Reports name many threads that wait alike once, with their number: those of the same
// stack and start that wait on objects of the same class. A program has few kinds of
// threads, however many it has.

// hubKinds counts the kinds in one pass: a hash table. The last entry is for those
// that find no room.
var hubKinds [1<<10 + 1]struct {
	kind uint32 // 0: free
	n    int
}

// hubAlike calls f with the first thread of each kind in a set, and with how many more
// of it there are, or with each of them if they are few. It is for when nothing else
// runs: the world is stopped, or the program ends.
func hubAlike(in func(gp *g) bool, f func(gp *g, more int)) { hubAlikeOf(false, in, f) }

// hubAlikeOf is hubAlike; if this is true, for a set of threads of this schedule (hubSimEach).
func hubAlikeOf(this bool, in func(gp *g) bool, f func(gp *g, more int)) {
	clear(hubKinds[:])
	hubEach(this, func(gp *g) {
		gp.hub.report.first = false
		if in(gp) {
			gp.hub.report.kind = hubKind(gp)
			n := hubKindCount(gp.hub.report.kind)
			gp.hub.report.first = *n == 0
			*n++
		}
	})
	const few = 3
	hubEach(this, func(gp *g) {
		if in(gp) {
			switch n := *hubKindCount(gp.hub.report.kind); {
			case n <= few:
				f(gp, 0)
			case gp.hub.report.first:
				f(gp, n-1)
			}
		}
	})
}

// hubEach calls f with each goroutine, or with those of this schedule.
func hubEach(this bool, f func(gp *g)) {
	if this {
		hubSimEach(f)
	} else {
		forEachGRace(f)
	}
}

func hubKindCount(kind uint32) *int {
	rest := uint32(len(hubKinds) - 1)
	for probe := range uint32(16) {
		e := &hubKinds[(kind+probe)%rest]
		if e.kind == 0 {
			e.kind = kind
		}
		if e.kind == kind {
			return &e.n
		}
	}
	return &hubKinds[rest].n
}

// hubKind sums up how a thread waits.
func hubKind(gp *g) uint32 {
	sum := uint32(gp.waitreason) + 1
	add := func(v uintptr) { sum = (sum ^ uint32(v) ^ uint32(v>>32)) * 16777619 }
	add(hubStart(gp))
	for sg := gp.waiting; sg != nil && hubParked(gp); sg = hubNextCase(sg) {
		if c := sg.c.get(); c != nil {
			add(uintptr(unsafe.Pointer(c.elemtype)))
			add(uintptr(c.dataqsiz))
		}
	}
	for _, pc := range hubStack(gp, hubPCs[:]) {
		add(pc)
	}
	return max(sum, 1)
}

// hubPrintMore says how many threads wait as gp does.
func hubPrintMore(gp *g, more int) {
	switch {
	case more == 1:
		print("\tand 1 more thread like thread ", gp.goid, "\n")
	case more > 1:
		print("\tand ", more, " more threads like thread ", gp.goid, "\n")
	}
}
