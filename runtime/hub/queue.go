//go:build greenify_hub

package runtime

// The queue: which thread is next. hub.runq has the ready threads; only who owns the hub
// touches it. Others leave a thread in hub.remote, a letter box that the owner
// empties before it chooses. One function each:
//
//	hubPut         queues a thread that was woken or started, for the owner
//	hubPutYielded  queues one that yields, for the owner
//	hubPutOver     queues one whose time slice was over, for the owner
//	hubPost        leaves one in the letter box, for anybody else
//	hubTake        chooses the next: first in, first out (choose.go)
//
// A thread whose time slice was over (slice.go) is in a queue of its own, hub.over: it is next
// if no other is ready, or when it has waited as long as a slice is, and for all that were
// ready before it. As in plain Go, where who is preempted goes to the end of the global queue
// and who is woken to that of the processor. If all were in one queue, each wait of anybody
// else would cost 10 ms for each thread that polls: a test that leaves two such loops
// behind made those behind it 30 times as slow. So those that poll get half
// the processor together, if others are always ready.
//
// Others that do nothing but yield are no reason to wait: they wait themselves, for what one
// in hub.over may be about to do. In plain Go they are in the global queue, too.

// hubPut makes a thread the last in the queue. The caller owns the hub.
func hubPut(gp *g) {
	hub.runq.pushBack(gp)
	hub.yielded = 0
}

// hubPutYielded does so for one that yields though its slice is not over.
func hubPutYielded(gp *g) {
	hub.runq.pushBack(gp)
	hub.yielded++
}

// hubPutOver does so for one whose time slice was over. A schedule of a simulation has no slices.
func hubPutOver(gp *g) {
	if hubSimulated {
		hubPut(gp)
		return
	}
	first := hub.over.empty()
	hub.over.pushBack(gp)
	// The wait of the first is for the others to have as much time as one of hub.over has had. It
	// goes on if this one was not: there may be always another whose first slice is over.
	if first || hub.overRuns {
		hubOverWaits(0)
	}
}

// hubOverWaits has the first of hub.over wait, for a slice and for the turns of those that are ready, and
// of so many more.
func hubOverWaits(more uint32) {
	hub.overTurn = hub.turns + uint32(hub.runq.size) + more
	hub.overTime = nanotime()
}

// hubOverNext reports whether the first of hub.over, which has one, is next.
func hubOverNext() bool {
	if hub.runq.empty() {
		return true
	}
	return int32(hub.turns-hub.overTurn) >= 0 && (hub.yielded >= uint32(hub.runq.size) || nanotime()-hub.overTime >= forcePreemptNS)
}

// hubPost leaves a thread for the owner. The caller holds hub.lock, and hub.busy is
// true.
func hubPost(gp *g) {
	hub.remote.pushBack(gp)
	hub.nremote.Add(1)
	hubSimPosted()
}

// hubTake takes a thread out of the queue, or returns nil. The caller owns the hub.
func hubTake() *g {
	if !hub.over.empty() {
		hub.overRuns = hubOverNext()
		if hub.overRuns {
			gp := hub.over.pop()
			hubOverWaits(1) // its own is not counted yet
			return gp
		}
	}
	if n := uint32(hub.runq.size); n > 1 {
		if i := hubChoose(hubChoiceThread, n, 0); i != 0 {
			return hubTakeAt(i)
		}
	}
	return hub.runq.pop()
}

// hubTakeAt takes the thread out of the queue that has i others before it.
func hubTakeAt(i uint32) *g {
	var before gQueue
	for ; i > 0; i-- {
		before.pushBack(hub.runq.pop())
	}
	gp := hub.runq.pop()
	before.pushBackAll(hub.runq)
	hub.runq = before
	return gp
}

// hubNext takes the next ready thread and makes it the owner. It returns nil,
// and the hub is idle, when none is ready. The caller owns the hub.
//
//go:nowritebarrierrec
func hubNext() *g {
	if hub.nremote.Load() != 0 {
		hubDrain()
	}
	gp := hubTake()
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
		hub.yielded = 0
		hub.nremote.Store(0)
		unlock(&hub.lock)
		gp = hubTake()
	}
	hubOwn(gp)
	return gp
}

// hubDrain empties the letter box.
func hubDrain() {
	lock(&hub.lock)
	hub.runq.pushBackAll(hub.remote)
	hub.remote = gQueue{}
	hub.yielded = 0
	hub.nremote.Store(0)
	unlock(&hub.lock)
}

// hubQueued returns how many threads are ready. sysmon may see a change half done.
func hubQueued() int32 { return hub.runq.size + hub.over.size + hub.nremote.Load() }

// hubWaiting reports whether ready threads wait for the hub, so that sysmon
// stays awake to rescue it.
func hubWaiting() bool {
	return hub.busy && (hub.nremote.Load() != 0 || !hub.runq.empty() || !hub.over.empty())
}
