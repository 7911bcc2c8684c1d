//go:build !greenify

package green

import "time"

// The queue: which thread has the baton next, as in a whole-program build (hub/queue.go).
// Who was started or woken is in hub.ready, first in, first out. Who polled until its time slice
// was over is in hub.over: it is next if no other is ready, if the others only yield,
// or when who is in hub.over has waited as long as a slice is, and for all that were ready.
//
// Here one thing more is needed. A native wait that is over within a microsecond leaves a gap in
// which no other is ready. Who is taken for a gap gives the baton back at its first
// operation after somebody has queued, and has not had its turn: else each wait of the others
// would take a slice. And it lets the native goroutines run meanwhile, if there is one
// processor for all.
//
// All is guarded by hub.mu.
type order struct {
	ready queue // to run next
	over  queue // whose time slice was over

	yielded int           // how many of the last in ready only yield
	again   bool          // the holder was in over, and has had its turn
	turn    uint64        // from which on all have run that were ready when over began to wait
	since   time.Duration // since hubEpoch: when it began
}

// A queue is linked through thread.behind.
type queue struct {
	first, last *thread
	n           int
}

func (q *queue) push(t *thread) {
	if q.first == nil {
		q.first = t
	} else {
		q.last.behind = t
	}
	q.last = t
	q.n++
}

func (q *queue) pop() *thread {
	t := q.first
	if t != nil {
		q.first, t.behind = t.behind, nil
		q.n--
	}
	return t
}

// queued returns how many threads wait for the baton.
func (o *order) queued() int { return o.ready.n + o.over.n }

// put queues a thread that was woken or started, while another one has the baton.
func (o *order) put(t *thread) {
	o.ready.push(t)
	o.yielded = 0
	if h := hub.holder; h != nil && h.gap {
		h.late.Store(true)
	}
}

// putYielded queues one that yields though its slice is not over.
func (o *order) putYielded(t *thread) {
	o.ready.push(t)
	o.yielded++
}

// putOver queues one whose time slice, or whose gap, was over. The wait goes on if it was a gap, or
// its first slice: there may be always another one whose first slice is over.
func (o *order) putOver(t *thread) {
	if o.again || o.over.first == nil && !t.gap {
		o.wait()
	}
	o.over.push(t)
}

// wait has who is in over wait, for those that are ready and for a slice.
func (o *order) wait() {
	o.turn = hub.turn + uint64(o.ready.n)
	o.since = time.Since(hubEpoch)
}

// take returns the next thread; nil if none is queued.
func (o *order) take() *thread {
	o.again = false
	if o.over.first == nil {
		return o.ready.pop()
	}
	gap := o.ready.first == nil
	if !gap {
		o.again = hub.turn >= o.turn && (o.yielded >= o.ready.n || time.Since(hubEpoch)-o.since >= timeSlice)
		if !o.again {
			return o.ready.pop()
		}
	}
	t := o.over.pop()
	t.gap = gap
	return t
}
