// A goroutine that polls by an operation of package sync that need not wait, such as
// the lock of a free mutex, does not keep from running for ever the one that it polls
// for. Interleaving: each loop has begun when what it polls for is done.
package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

type state struct {
	mu   sync.Mutex
	rw   sync.RWMutex
	done bool // guarded by both
	flag atomic.Bool
	m    sync.Map
	once sync.Once
	pool sync.Pool
	cond sync.Cond
	wg   sync.WaitGroup
	sink any
}

var forms = []struct {
	name string
	poll func(s *state) (done bool)
}{
	{"Mutex.Lock", func(s *state) bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.done
	}},
	{"Mutex.TryLock", func(s *state) bool {
		if !s.mu.TryLock() {
			return false
		}
		defer s.mu.Unlock()
		return s.done
	}},
	{"RWMutex.RLock", func(s *state) bool {
		s.rw.RLock()
		defer s.rw.RUnlock()
		return s.done
	}},
	{"RWMutex.TryRLock", func(s *state) bool {
		if !s.rw.TryRLock() {
			return false
		}
		defer s.rw.RUnlock()
		return s.done
	}},
	{"RWMutex.RLocker", func(s *state) bool {
		l := s.rw.RLocker()
		l.Lock()
		defer l.Unlock()
		return s.done
	}},
	{"RWMutex.Lock", func(s *state) bool {
		s.rw.Lock()
		defer s.rw.Unlock()
		return s.done
	}},
	{"RWMutex.TryLock", func(s *state) bool {
		if !s.rw.TryLock() {
			return false
		}
		defer s.rw.Unlock()
		return s.done
	}},
	{"Map.Load", func(s *state) bool {
		_, done := s.m.Load("done")
		return done
	}},
	{"Map.LoadAndDelete", func(s *state) bool {
		_, done := s.m.LoadAndDelete("done")
		return done
	}},
	{"Map.CompareAndSwap", func(s *state) bool { return s.m.CompareAndSwap("done", true, true) }},
	{"Map.Swap", func(s *state) bool {
		s.m.Store("other", true)
		return s.flag.Load()
	}},
	{"Map.Range", func(s *state) (done bool) {
		s.m.Range(func(key, _ any) bool {
			done = done || key == "done"
			return true
		})
		return done
	}},
	{"Once.Do", func(s *state) bool {
		s.once.Do(func() {})
		return s.flag.Load()
	}},
	{"Pool.Get", func(s *state) bool {
		s.sink = s.pool.Get()
		return s.flag.Load()
	}},
	{"Pool.Put", func(s *state) bool {
		s.pool.Put(s)
		return s.flag.Load()
	}},
	{"Cond.Signal", func(s *state) bool {
		s.cond.Signal()
		return s.flag.Load()
	}},
	{"Cond.Broadcast", func(s *state) bool {
		s.cond.Broadcast()
		return s.flag.Load()
	}},
	{"WaitGroup.Add", func(s *state) bool {
		s.wg.Add(1)
		s.wg.Done()
		return s.flag.Load()
	}},
	{"WaitGroup.Wait", func(s *state) bool {
		s.wg.Wait()
		return s.flag.Load()
	}},
	{"fmt.Sprint", func(s *state) bool {
		s.sink = fmt.Sprint(1)
		return s.flag.Load()
	}},
}

func main() {
	for _, f := range forms {
		s := new(state)
		begun := make(chan bool)
		go func() {
			<-begun
			time.Sleep(time.Millisecond)
			s.mu.Lock()
			s.rw.Lock()
			s.done = true
			s.rw.Unlock()
			s.mu.Unlock()
			s.flag.Store(true)
			s.m.Store("done", true)
		}()
		f.poll(s)
		begun <- true
		for !f.poll(s) {
		}
		fmt.Println(f.name)
	}
}
