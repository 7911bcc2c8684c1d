package programs

import (
	"sync"
	"testing"
)

// Bugs of waiting: who waits is not woken, or threads wait for each other.

// deadlock: two locks in two orders. (SCTBench, CS/deadlock01_bad.)
func TestDeadlock01(t *testing.T) {
	var a, b sync.Mutex
	n := 0
	both := func(a, b *sync.Mutex) func() {
		return func() {
			a.Lock()
			b.Lock()
			n++
			b.Unlock()
			a.Unlock()
		}
	}
	all(both(&a, &b), both(&b, &a))
}

// philosophers: each takes the fork on the left, then the one on the right. (SCTBench,
// CS/din_philN_sat.)
func philosophers(n int) {
	forks := make([]sync.Mutex, n)
	each(n, func(i int) {
		forks[i].Lock()
		forks[(i+1)%n].Lock()
		forks[(i+1)%n].Unlock()
		forks[i].Unlock()
	})
}

func TestPhilosophers2(t *testing.T) { philosophers(2) }
func TestPhilosophers3(t *testing.T) { philosophers(3) }
func TestPhilosophers5(t *testing.T) { philosophers(5) }
func TestPhilosophers7(t *testing.T) { philosophers(7) }

// arbiter: a semaphore lets so many philosophers to the table that one can eat. It lets one
// too many. (Wide deadlocks; Dijkstra's EWD 310 has the right number.)
func TestArbiter(t *testing.T) {
	const n = 4
	table := make(chan struct{}, n) // n-1 is right
	forks := make([]sync.Mutex, n)
	each(n, func(i int) {
		table <- struct{}{}
		forks[i].Lock()
		forks[(i+1)%n].Lock()
		forks[(i+1)%n].Unlock()
		forks[i].Unlock()
		<-table
	})
}

// transfer: money goes round between three accounts, each transfer locks from and to.
// (Fray's set, and many a course.)
func TestTransfer(t *testing.T) {
	var locks [3]sync.Mutex
	var sums [3]int
	each(3, func(i int) {
		to := (i + 1) % 3
		locks[i].Lock()
		sums[i]--
		locks[to].Lock()
		sums[to]++
		locks[to].Unlock()
		locks[i].Unlock()
	})
}

// carter: the first of each of two groups takes a lock that the last gives back, while it
// holds the lock that the other group needs to give it back. (SCTBench, CS/carter01_bad.)
func TestCarter01(t *testing.T) {
	var m, l sync.Mutex
	var counts [2]int
	group := func(n *int) func() {
		return func() {
			m.Lock()
			if *n++; *n == 1 {
				l.Lock()
			}
			m.Unlock()
			m.Lock()
			if *n--; *n == 0 {
				l.Unlock()
			}
			m.Unlock()
		}
	}
	all(group(&counts[0]), group(&counts[1]))
}

// phase: threads go through two phases, each behind a lock of its own; who finds that the
// other one is through leaves without unlocking. (SCTBench, CS/phase01_bad.)
func TestPhase01(t *testing.T) {
	var one, two sync.Mutex
	phase := 0
	each(2, func(int) {
		one.Lock()
		phase++
		last := phase == 2
		one.Unlock()
		two.Lock()
		if last {
			return
		}
		two.Unlock()
	})
}

// sync: a place is filled and emptied, and who waits for the other asks once, before it
// waits, not in a loop under the lock. (SCTBench, CS/sync01_bad.)
func TestSync01(t *testing.T) {
	var mu sync.Mutex
	changed := sync.NewCond(&mu)
	var full cell[bool]
	all(
		func() {
			if !full.load() {
				mu.Lock()
				changed.Wait()
				mu.Unlock()
			}
		},
		func() {
			full.store(true)
			changed.Signal()
		},
	)
}

// sync02: two pairs use one condition: the signal wakes the wrong one. (SCTBench,
// CS/sync02_bad.)
func TestSync02(t *testing.T) {
	var mu sync.Mutex
	changed := sync.NewCond(&mu)
	n := 0
	put := func() {
		mu.Lock()
		defer mu.Unlock()
		for n > 0 {
			changed.Wait()
		}
		n++
		changed.Signal()
	}
	get := func() {
		mu.Lock()
		defer mu.Unlock()
		for n == 0 {
			changed.Wait()
		}
		n--
		changed.Signal()
	}
	all(put, put, get, get)
}

// bounded buffer: producers and consumers wait for one condition, and a change wakes one
// of them. (Inspect, boundedBuffer; JaConTeBe's and Fray's sets.)
func TestBoundedBuffer(t *testing.T) {
	const size = 1
	var mu sync.Mutex
	changed := sync.NewCond(&mu)
	var buffer []int
	put := func(v int) {
		mu.Lock()
		defer mu.Unlock()
		for len(buffer) == size {
			changed.Wait()
		}
		buffer = append(buffer, v)
		changed.Signal()
	}
	get := func() {
		mu.Lock()
		defer mu.Unlock()
		for len(buffer) == 0 {
			changed.Wait()
		}
		buffer = buffer[1:]
		changed.Signal()
	}
	each(6, func(i int) {
		for v := range 4 {
			if i < 3 {
				put(v)
			} else {
				get()
			}
		}
	})
}

// lost signal: whether there is work is asked without the lock, so the signal may come
// before the wait. (IBM's set, lost notify.)
func TestLostSignal(t *testing.T) {
	var mu sync.Mutex
	some := sync.NewCond(&mu)
	work := 0
	all(
		func() {
			mu.Lock()
			none := work == 0
			mu.Unlock()
			if none {
				mu.Lock()
				some.Wait()
				mu.Unlock()
			}
		},
		func() {
			mu.Lock()
			work++
			mu.Unlock()
			some.Broadcast()
		},
	)
}

// nested monitor: who waits for a condition gives one lock back, and keeps the one around
// it, which who signals needs. (IBM's set, nested monitor.)
func TestNestedMonitor(t *testing.T) {
	var outer, inner sync.Mutex
	some := sync.NewCond(&inner)
	n := 0
	all(
		func() {
			outer.Lock()
			inner.Lock()
			n++
			some.Signal()
			inner.Unlock()
			outer.Unlock()
		},
		func() {
			outer.Lock()
			inner.Lock()
			for n == 0 {
				some.Wait()
			}
			inner.Unlock()
			outer.Unlock()
		},
	)
}

// barber: a customer who finds the barber asleep wakes him, and one who finds him at work
// takes a chair. He looks at the chairs, and then lies down. (Fray's set, sleeping barber.)
func TestSleepingBarber(t *testing.T) {
	var asleep cell[bool]
	var chairs cell[int]
	bell := make(chan struct{}, 2)
	cut := make(chan struct{}, 2)
	go func() {
		for range 2 {
			if chairs.load() == 0 {
				asleep.store(true)
				<-bell
				asleep.store(false)
			}
			chairs.mu.Lock()
			chairs.v--
			chairs.mu.Unlock()
			cut <- struct{}{}
		}
	}()
	each(2, func(int) {
		chairs.mu.Lock()
		chairs.v++
		chairs.mu.Unlock()
		if asleep.load() {
			bell <- struct{}{}
		}
	})
	<-cut
	<-cut
}

// reader in a reader: a thread that has the lock for reading wants it so again, while
// a writer waits, who goes first. (The Go documentation of sync.RWMutex; RADBench has the kind.)
func TestReaderAgain(t *testing.T) {
	var mu sync.RWMutex
	n := 0
	all(
		func() {
			mu.RLock()
			defer mu.RUnlock()
			mu.RLock()
			defer mu.RUnlock()
			_ = n
		},
		func() {
			mu.Lock()
			defer mu.Unlock()
			n++
		},
	)
}
