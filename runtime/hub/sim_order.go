//go:build greenify_hub && greenify_sim

package runtime

import "unsafe"

// Orderings: which operation of one thread on an object came right behind which of another one. An
// operation is its place in the program, and that of its caller, for a method that locks and unlocks is
// called from everywhere. They say what a search has seen of the program, which
// schedules do not: two that differ may differ in the order of what does not matter. When the last
// schedules bring new ones, more would, too.

const (
	hubSimOrderObjects = 1 << 8  // of a schedule; others are not looked at
	hubSimOrderMost    = 1 << 14 // of a test, likewise
	hubSimOrderDepth   = 6       // frames above a point that may be the program's
	hubSimOrderOwn     = 2       // of these so many are looked at
)

var hubSimOrder struct {
	on      bool // they are noted in this schedule
	hash    uint64
	objects [hubSimOrderObjects]hubSimOrderObject // a hash table
	n       int                                   // objects in it

	pairs []uint64                    // those of the test, as they came
	index [2 * hubSimOrderMost]uint32 // a hash table: places in pairs, and 1
}

// hubSimOrderObject is the last operation on an object.
type hubSimOrderObject struct {
	object uintptr
	thread uint64 // whose it was
	place  uint64
	epoch  uint32 // the schedule that this is of
}

// hubSimOrderBegin begins a schedule, whose orderings are noted or not.
func hubSimOrderBegin(on bool) {
	o := &hubSimOrder
	o.on, o.n, o.hash = on, 0, 0
}

// hubSimOrderPlace returns where in the program gp is that comes to an operation on an object, 0 if
// nobody asks, as before the test function begins. What is on the stack of a thread is its own.
func hubSimOrderPlace(gp *g, object uintptr) uint64 {
	if !hubSimOrder.on || !hubSim.body || object == 0 || object-gp.stack.lo < gp.stack.hi-gp.stack.lo {
		return 0
	}
	place := uint64(0)
	for n, own, bp := 0, 0, getfp(); n < hubSimOrderDepth && own < hubSimOrderOwn && hubRealFrame(gp, bp); n++ {
		frame := (*[2]uintptr)(unsafe.Pointer(bp)) // the frame before, and where to return to
		if places := hubSimCodeAt(frame[1]).places; places != 0 {
			place = hubMix(place + places)
			own++
		}
		bp = frame[0]
	}
	return place
}

// hubSimPlace is where in the program the calling thread is, 0 if it is not there, so far as some
// frames say.
//
//go:nosplit
func hubSimPlace(frames int) uint64 {
	gp := getg()
	for n, bp := 0, getfp(); n < frames && hubRealFrame(gp, bp); n++ {
		frame := (*[2]uintptr)(unsafe.Pointer(bp)) // the frame before, and where to return to
		if place := hubSimCodeAt(frame[1]).place; place != 0 {
			return place
		}
		bp = frame[0]
	}
	return 0
}

// hubSimOrdered notes that gp performs an operation.
func hubSimOrdered(gp *g, object uintptr, place uint64) {
	o := &hubSimOrder
	if place == 0 || !o.on {
		return
	}
	e := (*hubSimOrderObject)(nil)
	for i := hubMix(uint64(object)); ; i++ {
		e = &o.objects[i%hubSimOrderObjects]
		if e.epoch != hubSim.epoch {
			if o.n == hubSimOrderObjects*3/4 {
				return
			}
			o.n++
			*e = hubSimOrderObject{object: object, thread: gp.hub.sim.id, epoch: hubSim.epoch}
			break
		}
		if e.object == object {
			break
		}
	}
	if e.thread != gp.hub.sim.id {
		pair := hubMix(e.place + hubMix(place))
		o.hash += pair
		hubSimOrderAdd(pair)
	}
	e.thread, e.place = gp.hub.sim.id, place
}

// hubSimOrderAdd adds an ordering to those of the test.
func hubSimOrderAdd(pair uint64) {
	o := &hubSimOrder
	for i := pair; ; i++ {
		k := &o.index[i%uint64(len(o.index))]
		switch {
		case *k == 0 && len(o.pairs) < cap(o.pairs):
			o.pairs = append(o.pairs, pair)
			*k = uint32(len(o.pairs))
			return
		case *k == 0 || o.pairs[*k-1] == pair:
			return
		}
	}
}

// testing_hubSimOrders begins a test, of which some are known.
//
//go:linkname testing_hubSimOrders testing.hubSimOrders
func testing_hubSimOrders(known []uint64) {
	o := &hubSimOrder
	o.index = [2 * hubSimOrderMost]uint32{}
	if o.pairs == nil {
		o.pairs = make([]uint64, 0, hubSimOrderMost)
	}
	o.pairs = o.pairs[:0]
	for _, pair := range known {
		hubSimOrderAdd(pair)
	}
}

// testing_hubSimOrdered returns all that the test had so far, until its next schedule, and a hash of
// those of the last one.
//
//go:linkname testing_hubSimOrdered testing.hubSimOrdered
func testing_hubSimOrdered() (all []uint64, hash uint64) { return hubSimOrder.pairs, hubSimOrder.hash }

// testing_hubSimOrderBegin says whether the orderings of the schedule that begins now count.
//
//go:linkname testing_hubSimOrderBegin testing.hubSimOrderBegin
func testing_hubSimOrderBegin(on bool) { hubSimOrderBegin(on) }
