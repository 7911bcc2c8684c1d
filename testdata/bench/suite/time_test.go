package bench

import (
	"sync"
	"testing"
	"time"
)

func BenchmarkTimer(b *testing.B) {
	b.Run("start-stop", func(b *testing.B) {
		for range b.N {
			time.NewTimer(time.Hour).Stop()
		}
	})
	b.Run("reset", func(b *testing.B) {
		t := time.NewTimer(time.Hour)
		defer t.Stop()
		for range b.N {
			t.Reset(time.Hour)
		}
	})
	// One operation is a timer made, waited for and received.
	b.Run("fire", func(b *testing.B) {
		for range b.N {
			<-time.NewTimer(1).C
		}
	})
}

// One operation is one short sleep; 256 goroutines do nothing else, so that
// what is measured is the work, not the wait.
func BenchmarkSleep(b *testing.B) {
	const sleepers = 256
	var ready sync.WaitGroup
	ready.Add(sleepers)
	fs := make([]func(), sleepers)
	start := make(chan struct{})
	for i := range fs {
		fs[i] = func() {
			time.Sleep(1) // a goroutine's first sleep allocates its timer
			ready.Done()
			<-start
			for range (b.N + i) / sleepers {
				time.Sleep(time.Microsecond)
			}
		}
	}
	fs = append(fs, func() {
		ready.Wait()
		b.ResetTimer()
		close(start)
	})
	together(b, fs...)
}
