package green

import (
	"container/list"
	"sync"
	"sync/atomic"
)

// A mutex guards what belongs to this package. A thread that waits for it or has it is
// not killed before it has unlocked it, so what is done under it is done as a whole.
// It is unlocked by the thread that has locked it.
type mutex struct {
	mu sync.Mutex
	t  *thread // the one that has it; nil outside the hub
}

func (m *mutex) Lock() {
	t := self() // waits if the hub is lost (rescue.go): not with mu held
	uncut(t, 1)
	m.mu.Lock()
	m.t = t
}

func (m *mutex) Unlock() {
	t := m.t
	m.t = nil
	m.mu.Unlock()
	uncut(t, -1)
}

// A waiter is a thread in a line: another thread serves it when its turn comes, or it is
// killed, and never both.
type waiter struct {
	state uint32        // waiterWaits and so on
	wake  chan struct{} // closed once it is served; nil before it waits
}

const (
	waiterWaits  = iota
	waiterServed // or about to be
	waiterKilled // or about to unwind. (hubClaimKilled of a whole-program build)
)

// wait waits until the waiter is served.
func (w *waiter) wait() {
	claim(&w.state)
	defer claim(nil)
	Recv(w.wake)
}

// claim reports whether the waiter can be served; it is not killed from then on.
func (w *waiter) claim() bool {
	return atomic.CompareAndSwapUint32(&w.state, waiterWaits, waiterServed)
}

// served reports whether it need not wait.
func (w *waiter) served() bool { return atomic.LoadUint32(&w.state) == waiterServed }

// release wakes the waiter, which has been served.
func (w *waiter) release() {
	if w.wake != nil {
		close(w.wake)
	}
}

func (w *waiter) killed() bool { return atomic.LoadUint32(&w.state) == waiterKilled }

// first returns the first of a line: threads that were killed and have not left it yet
// are taken out. It returns the zero W if there is nobody.
func first[W interface{ killed() bool }](line *list.List) (w W) {
	for e := line.Front(); e != nil; e = line.Front() {
		if w := e.Value.(W); !w.killed() {
			return w
		}
		line.Remove(e)
	}
	return w
}
