//go:build greenify_hub && greenify_sim

package runtime

// The threads of the schedule: earlier ones may have left thousands, which wait for ever, so
// what asks about this one's, or about those that may run, does not look at all goroutines.
//
// The list has each thread that was born in this schedule, or whose finalizers or cleanups are
// of it, and each other green thread that may run or has left the hub. A thread of an earlier
// schedule that waits in the hub is not in it; if it is woken it comes back as it gets the hub,
// and is in a queue of the hub's until then.

// hubSimListed links the list. What has ended stays in it until the schedule is over, for its g
// may be a thread's again.
type hubSimListed struct {
	next guintptr
	turn uint32 // of hubSimThreads, in whose list it is
}

var hubSimThreads struct {
	lock        mutex // who reads owns the hub, or has stopped the world: behind last others may come
	first, last guintptr
	turn        uint32
}

// hubSimList puts a thread into the list, if it is not there.
func hubSimList(gp *g) {
	t, l := &hubSimThreads, &gp.hub.listed
	if l.turn == t.turn+1 {
		return // it does not wait, so hubSimRelist keeps it
	}
	lock(&t.lock)
	hubSimAppend(gp)
	unlock(&t.lock)
}

func hubSimAppend(gp *g) {
	t, l := &hubSimThreads, &gp.hub.listed
	*l = hubSimListed{turn: t.turn + 1}
	if last := t.last.ptr(); last != nil {
		last.hub.listed.next.set(gp)
	} else {
		t.first.set(gp)
	}
	t.last.set(gp)
}

// hubSimRelist begins the list of the next schedule.
func hubSimRelist() {
	t := &hubSimThreads
	lock(&t.lock)
	gp := t.first.ptr()
	t.first, t.last = 0, 0
	t.turn++
	for gp != nil {
		next := gp.hub.listed.next.ptr()
		if gp.hub.ran && !(gp.hub.green && hubParked(gp)) {
			hubSimAppend(gp)
		}
		gp = next
	}
	unlock(&t.lock)
}

// hubSimEach calls f with each of them, in the order in which they came. Like forEachGRace it is
// not inlined: the compiler's search for write barriers would go into f.
//
//go:noinline
func hubSimEach(f func(gp *g)) {
	for gp := hubSimThreads.first.ptr(); gp != nil; gp = gp.hub.listed.next.ptr() {
		f(gp)
	}
}
