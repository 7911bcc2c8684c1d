//go:build greenify_hub && greenify_sim

package runtime

// Collections are a matter of when. There is one between schedules if there is much garbage,
// and one where a schedule asks for it, by runtime.GC or debug.FreeOSMemory: it is a step
// of that thread's. What it finds, finalizers and cleanups, is ready behind it, as threads
// that the strategy chooses like others.
//
// Garbage of the schedules before must not be found then, or a seed would not be the same
// alone as among others. So there is a collection before the first schedule of a test, and
// before each one once the program has asked. A schedule that is the first to ask, and
// not the first of its test, is best effort.

// hubSimCollections is what the program has asked for.
var hubSimCollections struct {
	asked    bool  // for a collection, once
	prepared bool  // there is no garbage of earlier schedules
	percent  int32 // GOGC and GOMEMLIMIT, or what it has set since
	limit    int64
}

// hubSimCollectInit turns off what begins collections by itself, unless a schedule
// needs much memory.
func hubSimCollectInit() {
	c := &hubSimCollections
	c.percent, c.limit = gcController.gcPercent.Load(), gcController.memoryLimit.Load()
	systemstack(func() {
		lock(&mheap_.lock)
		gcController.setGCPercent(-1)
		gcController.setMemoryLimit(hubSimMemory)
		gcControllerCommit()
		unlock(&mheap_.lock)
	})
}

// hubSimMemory is how many bytes a program may have before there are collections in the
// midst of a schedule.
const hubSimMemory = 2 << 30

// hubSimGCPercent is debug.SetGCPercent: the program is told what it has set.
func hubSimGCPercent(in int32) (out int32) {
	out = hubSimCollections.percent
	hubSimCollections.percent = max(in, -1)
	return out
}

// hubSimMemoryLimit is debug.SetMemoryLimit, which changes nothing if in is negative.
func hubSimMemoryLimit(in int64) (out int64) {
	out = hubSimCollections.limit
	if in >= 0 {
		hubSimCollections.limit = in
	}
	return out
}

// hubCollects is called as the program asks for a collection.
func hubCollects() bool {
	gp := getg()
	if !hubSim.on || !gp.hub.owner {
		return hubLeave()
	}
	c := &hubSimCollections
	c.asked = true
	if !c.prepared {
		hubRealAt(hubRealNative)
	}
	gp.hub.hold++ // who waits for the collector keeps the hub
	return false
}

// hubCollected is called behind it. left is what hubCollects returned.
func hubCollected(left bool) {
	gp := getg()
	if left || !hubSim.on || !gp.hub.owner {
		hubEnter(left)
		return
	}
	hubSimSettle()
	gp.hub.hold--
}

// hubSimPrepare is called before each schedule, and first before the first one of a test.
func hubSimPrepare(first bool) {
	s, c := &hubSim, &hubSimCollections
	live := gcController.heapLive.Load()
	c.prepared = first || c.asked
	if much := live > s.heap && s.heap != 0; much || c.prepared {
		GC()
		if s.base == 0 {
			s.base = gcController.heapMarked
		}
	}
	if live > s.heap {
		s.heap = max(hubSimHeap, 2*(gcController.heapMarked+gcController.maxStackScan.Load()))
	}
	if cycles := work.cycles.Load(); cycles != s.cycles {
		s.cycles = cycles
		left := hubLeave() // so that their goroutines can enter
		hubSimSettle()
		hubEnter(left)
	}
	hubSimRenew()
}

// hubSimHeap is how much garbage there may be between schedules, in bytes. A collection takes as
// long as some schedules, and thousands fit in here; with more, what they allocate is memory
// that no cache has, or that the kernel has yet to map. What schedules leave, also as stacks, is
// looked at in each collection: there may be as much garbage (as by GOGC=100).
const hubSimHeap = 4 << 20

// hubSimSettle lets the goroutines of finalizers and cleanups that a collection has found get
// as far as the hub. The native scheduler wakes them.
func hubSimSettle() {
	for range 8 {
		Gosched()
	}
}

// hubSimBatch is called as the goroutine of finalizers or of cleanups enters the hub. It is of
// the schedule that goes on, though another one may have started it.
func hubSimBatch() {
	gp := getg()
	t := hubSimThread{id: hubSimFinalizersID}
	if gp != fing {
		t.id = hubSimCleanupsID
	}
	if hubSim.on {
		t.epoch = hubSim.epoch
	}
	t.priority = hubSimPriority(hubMix(hubSim.seed ^ t.id))
	hubSURWBorn(&t, nil)
	gp.hub.sim = t
	hubSimList(gp)
}

const (
	hubSimFinalizersID = 3 // others are drawn: hubSimBorn
	hubSimCleanupsID   = 4
)

// hubSimRenew starts a goroutine for finalizers, or cleanups, in place of one that an earlier
// schedule has left in the midst of them: it waits, or is frozen, and has not left the hub.
func hubSimRenew() {
	if gp := fing; gp != nil && gp.hub.green {
		fing = nil
		fingStatus.Store(fingUninitialized)
		createfing()
	}
	if q := &gcCleanups; q.running.Load() != 0 {
		q.running.Store(0)
		q.ng.Store(0)
		q.createGs()
	}
}
