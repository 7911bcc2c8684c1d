// Package bench is ordinary Go: the same source is built plain and patched, and
// ../show compares the two. Names say what one operation is.
package bench

import (
	"iter"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// together starts the functions, each in a goroutine of its own, and times
// them from there until all have returned.
func together(b *testing.B, fs ...func()) {
	start := make(chan struct{})
	var all sync.WaitGroup
	for _, f := range fs {
		all.Go(func() {
			<-start
			f()
		})
	}
	b.ResetTimer()
	close(start)
	all.Wait()
}

// One operation is one Gosched; two goroutines take turns.
func BenchmarkSwitch(b *testing.B) {
	half := func() {
		for range (b.N + 1) / 2 {
			runtime.Gosched()
		}
	}
	together(b, half, half)
}

var (
	spawned sync.WaitGroup
	empty   = func() { spawned.Done() }
)

// One operation is a go statement and the wait for its end.
func BenchmarkSpawn(b *testing.B) {
	for range b.N {
		spawned.Add(1)
		go empty()
		spawned.Wait()
	}
}

// As Spawn, but 100 goroutines at a time.
func BenchmarkSpawn100(b *testing.B) {
	for n := b.N; n > 0; n -= 100 {
		spawned.Add(100)
		for range 100 {
			go empty()
		}
		spawned.Wait()
	}
}

// One operation is one value out of an iterator.
func BenchmarkIterPull(b *testing.B) {
	next, stop := iter.Pull(func(yield func(int) bool) {
		for i := 0; yield(i); i++ {
		}
	})
	defer stop()
	for range b.N {
		next()
	}
}

// One operation is one of b.N goroutines that are all asleep at once: its
// start, going to sleep and waking up. The time when all sleep does not count.
// The memory is right only in a fresh process, as the runtime keeps what it has.
func BenchmarkSleepers(b *testing.B) {
	var before, asleep runtime.MemStats
	runtime.ReadMemStats(&before)
	var (
		all      sync.WaitGroup
		started  atomic.Int64
		late     atomic.Int64
		begin    = time.Now()
		deadline = begin.Add(500*time.Millisecond + time.Duration(b.N)*15*time.Microsecond)
	)
	sleeper := func() {
		started.Add(1)
		d := time.Until(deadline)
		if d <= 0 {
			late.Add(1)
		}
		time.Sleep(d)
		all.Done()
	}
	all.Add(b.N)
	for range b.N {
		go sleeper()
	}
	for int(started.Load()) < b.N {
		runtime.Gosched()
	}
	up := time.Since(begin)
	runtime.ReadMemStats(&asleep)
	all.Wait()
	spent := up + time.Since(deadline)
	if n := late.Load(); n > 0 {
		// The machine is too busy to tell the memory of so many.
		b.Logf("%d of %d threads came too late to sleep with the others", n, b.N)
		spent = time.Since(begin)
	} else {
		used := asleep.HeapSys + asleep.StackSys - before.HeapSys - before.StackSys
		b.ReportMetric(float64(used)/float64(b.N), "B/thread")
	}
	b.ReportMetric(float64(spent)/float64(b.N), "ns/op")
}
