// A goroutine that polls by what can never wait, an atomic, the length of a channel, a
// context, or that computes beside, does not keep from running for ever the one that it
// polls for: after a second it is preempted, and reported with its stack.
//
// patched-stderr: ^greenify: thread 1 computed for \d+ ms while 1 other was ready: it is made to yield, until it waits, in\n(\t\t.*\n)*\t\tmain\.\S+ \S*main\.go:\d+\n
package main

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"sync/atomic"
	"time"
)

type state struct {
	flag atomic.Bool
	n    int64
	word uint32
	done chan bool
	full chan bool
	ctx  context.Context
	sink any
}

//go:noinline
func step(n int) int { return n + 1 }

var forms = []struct {
	name string
	poll func(s *state)
}{
	{"atomic.Bool.Load", func(s *state) {
		for !s.flag.Load() {
		}
	}},
	{"atomic.Bool.CompareAndSwap", func(s *state) {
		for !s.flag.CompareAndSwap(true, false) {
		}
	}},
	{"atomic.AddInt64", func(s *state) {
		for atomic.AddInt64(&s.n, 0) == 0 {
		}
	}},
	{"atomic.LoadUint32", func(s *state) {
		for atomic.LoadUint32(&s.word) == 0 {
		}
	}},
	{"Context.Err", func(s *state) {
		for s.ctx.Err() == nil {
		}
	}},
	{"len", func(s *state) {
		for len(s.done) == 0 {
		}
	}},
	{"cap - len", func(s *state) {
		for cap(s.full)-len(s.full) == 0 {
		}
	}},
	{"calls", func(s *state) {
		for n := 0; !s.flag.Load(); {
			n = step(n)
		}
	}},
	{"map", func(s *state) {
		for m := map[int]int{}; !s.flag.Load(); {
			m[len(m)%100]++
		}
	}},
	{"allocation", func(s *state) {
		for !s.flag.Load() {
			s.sink = make([]byte, 100)
		}
	}},
	{"panic", func(s *state) {
		for !s.flag.Load() {
			func() {
				defer func() { recover() }()
				panic("recovered")
			}()
		}
	}},
	{"time.Since", func(s *state) {
		for begin := time.Now(); !s.flag.Load(); {
			s.sink = time.Since(begin)
		}
	}},
	{"iter.Pull", func(s *state) {
		next, stop := iter.Pull(func(yield func(bool) bool) {
			for yield(s.flag.Load()) {
			}
		})
		defer stop()
		for done, _ := next(); !done; {
			done, _ = next()
		}
	}},
	{"LockOSThread", func(s *state) {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		for !s.flag.Load() {
		}
	}},
}

func main() {
	for _, f := range forms {
		s := &state{done: make(chan bool, 1), full: make(chan bool, 1)}
		s.full <- true
		ctx, cancel := context.WithCancel(context.Background())
		s.ctx = ctx
		go func() {
			s.flag.Store(true)
			atomic.StoreInt64(&s.n, 1)
			atomic.StoreUint32(&s.word, 1)
			s.done <- true
			<-s.full
			cancel()
		}()
		f.poll(s)
		fmt.Println(f.name)
	}
}
