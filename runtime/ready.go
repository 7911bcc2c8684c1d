//go:build !greenify

package green

import "time"

// The queue: which thread has the baton next, nearly as in a whole-program build (hub/queue.go).
// Who was started or woken is in order.ready, first in, first out. Who polled until its time slice
// was over is in order.over. Its first is next if no other is ready, or if the others have only
// yielded and each has had its turn since. And it is next when it has waited as long as a slice
// is, and each that was ready has had its turn: then it has a slice, whoever is ready.
//
// Here one thing more is needed. A native wait that is over within a microsecond leaves a gap in
// which no other is ready, and each wait of the others would take a slice. So a thread that was
// taken for a gap gives the baton back at its first operation after somebody was woken. What it
// runs in gaps is no wait: it has a slice of its own as late as if it had not been taken.
//
// All is guarded by hub.mu.
type order struct {
	ready queue // to run next
	over  queue // whose time slice was over

	yielded int           // how many of the last in ready have only yielded
	again   bool          // the holder was taken from over for a slice
	after   uint64        // the hub.turn at which each has run that was ready when over began to wait
	since   time.Duration // since hubEpoch: when over began to wait, and what it has run in gaps
	taken   time.Duration // since hubEpoch: when the last was taken from over
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

// putOver queues one whose time slice, or whose gap, was over. Over does not begin to wait anew for one
// whose first slice it was: there may be always another.
func (o *order) putOver(t *thread) {
	switch {
	case t.gap:
		o.after = hub.turn + uint64(o.ready.n)
		o.since += time.Since(hubEpoch) - o.taken
	case o.again || o.over.first == nil:
		o.wait(0)
	}
	o.over.push(t)
}

// wait has over wait anew, for a slice and for the turns of those that are ready, and of so many more.
func (o *order) wait(more int) {
	o.after = hub.turn + uint64(o.ready.n+more)
	o.since = time.Since(hubEpoch)
}

// take returns the next thread; nil if none is queued.
func (o *order) take() *thread {
	o.again = false
	if o.over.first == nil {
		return o.ready.pop()
	}
	now := time.Since(hubEpoch)
	gap := o.yielded >= o.ready.n // also if none is ready
	if o.ready.first != nil {
		if hub.turn < o.after || !gap && now-o.since < timeSlice {
			return o.ready.pop()
		}
		if !gap {
			o.again = true
			o.wait(1) // its own, if it does not come back to over
		}
	}
	t := o.over.pop()
	t.gap, o.taken = gap, now
	return t
}
