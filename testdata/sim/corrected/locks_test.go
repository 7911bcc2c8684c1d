// Package corrected is kernels of Go's set of real bugs (goker, in its tests of the
// goroutine leak profile) as they are without the bug, written anew from the description
// of each in the README of the set. None has anything to report, in no schedule.
package corrected

import (
	"sync"
	"testing"
)

// Locks.

// The heartbeats are copied, and their lock given back, before a replica is locked.
func TestCockroach10214(t *testing.T) {
	var coalesced, raft sync.Mutex
	beats := []int{1, 2}
	var wg sync.WaitGroup
	wg.Go(func() {
		coalesced.Lock()
		todo := beats
		beats = nil
		coalesced.Unlock()
		for range todo {
			raft.Lock()
			raft.Unlock()
		}
	})
	wg.Go(func() {
		raft.Lock()
		defer raft.Unlock()
		for range 2 {
			coalesced.Lock()
			beats = append(beats, 3)
			coalesced.Unlock()
		}
	})
	wg.Wait()
}

// Stop waits for the tasks before it takes the lock that a task needs to begin and end.
func TestCockroach1055(t *testing.T) {
	var mu sync.Mutex
	draining := false
	tasks := 0
	quiet := sync.NewCond(&mu)
	stopper := make(chan struct{})
	var workers, all sync.WaitGroup
	for range 3 {
		workers.Add(1)
		all.Go(func() {
			defer workers.Done()
			mu.Lock()
			if !draining {
				tasks++
				mu.Unlock()
				mu.Lock()
				if tasks--; tasks == 0 {
					quiet.Broadcast()
				}
			}
			mu.Unlock()
			<-stopper
		})
	}
	mu.Lock()
	draining = true
	for tasks > 0 {
		quiet.Wait()
	}
	mu.Unlock()
	close(stopper)
	workers.Wait()
	all.Wait()
}

// The read lock is taken once, and what runs under it knows that it is.
func TestCockroach16167(t *testing.T) {
	var mu sync.RWMutex
	config := 0
	readLocked := func() int { return config }
	var wg sync.WaitGroup
	wg.Go(func() {
		mu.RLock()
		defer mu.RUnlock()
		if readLocked() != readLocked() {
			t.Error("changed")
		}
	})
	wg.Go(func() {
		mu.Lock()
		config++
		mu.Unlock()
	})
	wg.Wait()
}

// The status is asked for before the read lock is taken, not below it.
func TestCockroach3710(t *testing.T) {
	var mu sync.RWMutex
	var queue sync.Mutex
	replicas := []int{1, 2}
	status := func() int {
		mu.RLock()
		defer mu.RUnlock()
		return len(replicas)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		mu.RLock()
		todo := len(replicas)
		mu.RUnlock()
		for range todo {
			queue.Lock()
			status()
			queue.Unlock()
		}
	})
	wg.Go(func() {
		mu.Lock()
		replicas = append(replicas, 3)
		mu.Unlock()
	})
	wg.Wait()
}

// The loop gives the lock back before it is left.
func TestCockroach584(t *testing.T) {
	var mu sync.Mutex
	closed := false
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for range 10 {
				mu.Lock()
				if closed {
					mu.Unlock()
					break
				}
				mu.Unlock()
			}
		})
	}
	mu.Lock()
	closed = true
	mu.Unlock()
	wg.Wait()
}

// The text is made without the lock that the caller holds.
func TestCockroach6181(t *testing.T) {
	var mu sync.RWMutex
	text := "something"
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			mu.RLock()
			_ = text
			mu.RUnlock()
			mu.Lock()
			text += "!"
			mu.Unlock()
		})
	}
	wg.Wait()
}

// Release takes the two locks in the order in which acquire does.
func TestCockroach7504(t *testing.T) {
	var lease, cache sync.Mutex
	n := 0
	both := func() {
		cache.Lock()
		defer cache.Unlock()
		lease.Lock()
		defer lease.Unlock()
		n++
	}
	var wg sync.WaitGroup
	wg.Go(both)
	wg.Go(both)
	if wg.Wait(); n != 2 {
		t.Error(n)
	}
}

// Who panics in the log does so without the lock.
func TestCockroach9935(t *testing.T) {
	var mu sync.Mutex
	exits := 0
	exit := func() { mu.Lock(); exits++; mu.Unlock() }
	var wg sync.WaitGroup
	for i := range 3 {
		wg.Go(func() {
			mu.Lock()
			broken := i == 1
			mu.Unlock()
			if broken {
				exit()
			}
		})
	}
	if wg.Wait(); exits != 1 {
		t.Error(exits)
	}
}

// The lessor's checkpoint is made of what was copied under the lock.
func TestEtcd10492(t *testing.T) {
	var mu sync.RWMutex
	leases := map[int]int{1: 1}
	checkpoint := func() { mu.Lock(); defer mu.Unlock(); leases[1]++ }
	renew := func() {
		mu.RLock()
		_, ok := leases[1]
		mu.RUnlock()
		if ok {
			checkpoint()
		}
	}
	var wg sync.WaitGroup
	wg.Go(renew)
	wg.Go(renew)
	if wg.Wait(); leases[1] != 3 {
		t.Error(leases[1])
	}
}

// The path of the error gives the read lock back, too.
func TestEtcd5509(t *testing.T) {
	var mu sync.RWMutex
	closed := false
	acquire := func() bool {
		mu.RLock()
		if closed {
			mu.RUnlock()
			return false
		}
		return true
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		if acquire() {
			mu.RUnlock()
		}
	})
	wg.Go(func() {
		mu.Lock()
		closed = true
		mu.Unlock()
	})
	wg.Wait()
	if acquire() {
		t.Error("open")
	}
}

// Unlock on the path that returns early. (Grpc3017 is of this kind.)
func TestGrpc795(t *testing.T) {
	var mu sync.Mutex
	drained := false
	stop := func() {
		mu.Lock()
		defer mu.Unlock()
		if drained {
			return
		}
		drained = true
	}
	var wg sync.WaitGroup
	wg.Go(stop)
	wg.Go(stop)
	wg.Wait()
}

// The remote file is read under the lock for writing from beginning to end; nobody takes
// the one for reading below it.
func TestHugo3251(t *testing.T) {
	var mu sync.RWMutex
	urls := map[string]*sync.Mutex{}
	urlLock := func(url string) *sync.Mutex {
		mu.Lock()
		defer mu.Unlock()
		if urls[url] == nil {
			urls[url] = new(sync.Mutex)
		}
		return urls[url]
	}
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			l := urlLock("http://there")
			l.Lock()
			defer l.Unlock()
			mu.RLock()
			defer mu.RUnlock()
			_ = urls["http://there"]
		})
	}
	wg.Wait()
}

// The content is initialized once, by who holds no lock of it.
func TestHugo5379(t *testing.T) {
	var once sync.Once
	var mu sync.Mutex
	n := 0
	initialize := func() {
		once.Do(func() {
			mu.Lock()
			n++
			mu.Unlock()
		})
	}
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(initialize)
	}
	if wg.Wait(); n != 1 {
		t.Error(n)
	}
}

// Bindings are made under the lock of one of them at a time.
func TestKubernetes30872(t *testing.T) {
	var lock, store sync.Mutex
	n := 0
	deliver := func() {
		lock.Lock()
		n++
		lock.Unlock()
		store.Lock()
		store.Unlock()
	}
	handle := func() {
		store.Lock()
		store.Unlock()
		lock.Lock()
		n++
		lock.Unlock()
	}
	var wg sync.WaitGroup
	wg.Go(deliver)
	wg.Go(handle)
	if wg.Wait(); n != 2 {
		t.Error(n)
	}
}

// Workers wait for a queue without the read lock of all queues.
func TestKubernetes58107(t *testing.T) {
	var workers sync.RWMutex
	var mu sync.Mutex
	some := sync.NewCond(&mu)
	queue, closed := 2, false
	get := func() bool {
		mu.Lock()
		defer mu.Unlock()
		for queue == 0 && !closed {
			some.Wait()
		}
		if queue == 0 {
			return false
		}
		queue--
		return true
	}
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for get() {
				workers.RLock()
				workers.RUnlock()
			}
		})
	}
	wg.Go(func() {
		for range 3 {
			workers.Lock()
			workers.Unlock()
		}
		mu.Lock()
		closed = true
		some.Broadcast()
		mu.Unlock()
	})
	wg.Wait()
}

// What is called below the read lock reads without it.
func TestKubernetes62464(t *testing.T) {
	var mu sync.RWMutex
	assignments := map[string]int{"c": 1}
	get := func(id string) int { return assignments[id] }
	var wg sync.WaitGroup
	wg.Go(func() {
		for range 3 {
			mu.RLock()
			get("c")
			mu.RUnlock()
		}
	})
	wg.Go(func() {
		for i := range 3 {
			mu.Lock()
			assignments["c"] = i
			mu.Unlock()
		}
	})
	wg.Wait()
}

// No deleted devices: the lock is given back all the same.
func TestMoby17176(t *testing.T) {
	var mu sync.Mutex
	deleted := 0
	cleanup := func() {
		mu.Lock()
		if deleted == 0 {
			mu.Unlock()
			return
		}
		deleted--
		mu.Unlock()
	}
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(cleanup)
	}
	wg.Go(func() { mu.Lock(); deleted++; mu.Unlock() })
	wg.Wait()
}

// The plugins are waited for once, behind the loop.
func TestMoby25348(t *testing.T) {
	var wg sync.WaitGroup
	wg.Add(3)
	for range 3 {
		go func() { defer wg.Done() }()
	}
	wg.Wait()
}

// Who waits for the plugin to be active is woken, whatever became of it.
func TestMoby30408(t *testing.T) {
	var mu sync.Mutex
	changed := sync.NewCond(&mu)
	var failure string
	done := false
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			mu.Lock()
			defer mu.Unlock()
			for !done {
				changed.Wait()
			}
			if failure == "" {
				t.Error("active")
			}
		})
	}
	mu.Lock()
	failure, done = "no such plugin", true
	mu.Unlock()
	changed.Broadcast()
	wg.Wait()
}

// What runs at the start does not lock what its caller has.
func TestMoby36114(t *testing.T) {
	var mu sync.Mutex
	disks := 2
	removeLocked := func() { disks-- }
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() { mu.Lock(); defer mu.Unlock(); removeLocked() })
	}
	if wg.Wait(); disks != 0 {
		t.Error(disks)
	}
}

// The lock of all devices is given back while one sleeps in the lock of its own, and taken
// again when that is not held.
func TestMoby4951(t *testing.T) {
	var devices, device sync.Mutex
	remove := func() {
		device.Lock()
		defer device.Unlock()
		devices.Lock()
		defer devices.Unlock()
		for range 2 {
			devices.Unlock() // while it waits for the device
			devices.Lock()
		}
	}
	var wg sync.WaitGroup
	wg.Go(remove)
	wg.Go(remove)
	wg.Wait()
}

// Continue gives the lock back.
func TestMoby7559(t *testing.T) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for i := range 3 {
				mu.Lock()
				if i == 1 {
					mu.Unlock()
					continue
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}

// The mapping is removed by who holds its lock, below which nobody takes it again.
func TestSyncthing4829(t *testing.T) {
	var mu sync.RWMutex
	mappings := []int{1, 2}
	clearLocked := func() { mappings = nil }
	var wg sync.WaitGroup
	wg.Go(func() { mu.Lock(); defer mu.Unlock(); clearLocked() })
	wg.Go(func() { mu.RLock(); defer mu.RUnlock(); _ = len(mappings) })
	wg.Wait()
}
