package programs

import (
	"sync"
	"testing"
)

// Work stealing queues: the owner takes from the tail, thieves from the head. With one
// element left both want it. (SCTBench, the four of Chess; Musuvathi and Qadeer, PLDI 2007.
// These have one of the bugs of each kind.)

// A stealQueue is the one of Cilk's THE protocol (Frigo, Leiserson, Randall, PLDI 1998).
type stealQueue struct {
	head, tail cell[int]
	lock       sync.Mutex
	items      [8]cell[int]
}

func (q *stealQueue) put(v int) {
	n := q.tail.load()
	q.items[n].store(v)
	q.tail.store(n + 1)
}

// take looks at the head before it moves the tail.
func (q *stealQueue) take() int {
	n := q.tail.load() - 1
	if q.head.load() > n {
		return 0
	}
	q.tail.store(n)
	return q.items[n].load()
}

func (q *stealQueue) steal() int {
	q.lock.Lock()
	defer q.lock.Unlock()
	h := q.head.load()
	q.head.store(h + 1)
	if h+1 > q.tail.load() {
		q.head.store(h)
		return 0
	}
	return q.items[h].load()
}

// once counts what was taken, and fails if something was twice.
func once(t *testing.T, taken []cell[bool], v int) {
	if v > 0 && !taken[v].swap(false, true) {
		t.Error(v, "was taken twice")
	}
}

func TestWorkSteal(t *testing.T) {
	var q stealQueue
	taken := make([]cell[bool], 8)
	all(
		func() {
			for v := 1; v <= 4; v += 2 {
				q.put(v)
				q.put(v + 1)
				once(t, taken, q.take())
			}
			once(t, taken, q.take())
		},
		func() {
			for range 3 {
				once(t, taken, q.steal())
			}
		},
	)
}

// Interlocked: the thief moves the head by compare-and-swap, and reads the element behind
// that, when the owner may have put another one in its place.
func TestWorkStealInterlocked(t *testing.T) {
	const size = 2
	var head, tail cell[int]
	var items [size]cell[int]
	taken := make([]cell[bool], 8)
	all(
		func() {
			for v := 1; v <= 4; v++ {
				n := tail.load()
				if n-head.load() == size {
					continue // full
				}
				items[n%size].store(v)
				tail.store(n + 1)
			}
		},
		func() {
			for range 4 {
				h := head.load()
				if h < tail.load() && head.swap(h, h+1) {
					once(t, taken, items[h%size].load())
				}
			}
		},
	)
}

// State: each element has a state, which who takes it changes from ready to taken; but it
// looks before it writes.
func TestWorkStealState(t *testing.T) {
	const n = 3
	const empty, ready, gone = 0, 1, 2
	var state [n]cell[int]
	taken := make([]cell[bool], n+1)
	take := func(i int) {
		if state[i].load() == ready {
			state[i].store(gone)
			once(t, taken, i+1)
		}
	}
	all(
		func() {
			for i := range n {
				state[i].store(ready)
			}
			for i := n - 1; i >= 0; i-- {
				take(i)
			}
		},
		func() {
			for i := range n {
				take(i)
			}
		},
	)
}

// Interlocked, with states: the state is changed by compare-and-swap. But an element that
// is put back gets its old state before its new value.
func TestWorkStealInterlockedState(t *testing.T) {
	const empty, ready = 0, 1
	var state, value cell[int]
	taken := make([]cell[bool], 8)
	all(
		func() {
			for v := 1; v <= 3; v++ {
				if !state.swap(empty, ready) {
					continue
				}
				value.store(v)
				if state.swap(ready, empty) {
					once(t, taken, value.load())
				}
			}
		},
		func() {
			for range 2 {
				if v := value.load(); state.swap(ready, empty) {
					once(t, taken, v)
				}
			}
		},
	)
}
