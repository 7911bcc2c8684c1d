package green

import (
	"sync"
	"testing"
)

// TestPeek: this release of Go has the WaitGroup and the Once that the package
// knows. Where it fails all works still, with more yields; teach it the new ones.
func TestPeek(t *testing.T) {
	if !knowWaitGroup || !knowOnce {
		t.Errorf("WaitGroup: %v, Once: %v", knowWaitGroup, knowOnce)
	}
	type renamed struct {
		count sync.Mutex //lint:ignore U1000 only its layout counts
		sema  uint32     //lint:ignore U1000 likewise
	}
	if looksLike[renamed, waitGroup]() || looksLike[sync.Once, waitGroup]() || looksLike[sync.WaitGroup, once]() {
		t.Error("all looks alike")
	}
}

// TestUnknown: without that knowledge Wait and Do give the hub up, do what they
// have to, and come back, whether f returns or panics.
func TestUnknown(t *testing.T) {
	knowWaitGroup, knowOnce = false, false
	defer func() { knowWaitGroup, knowOnce = true, true }()
	done := make(chan bool)
	Go(func() {
		defer close(done)
		Wait(new(sync.WaitGroup))
		n, in := 0, InHub()
		var o, p sync.Once
		Do(&o, func() { n++; in = in && InHub(); Yield() })
		Do(&o, func() { n++ })
		func() {
			defer func() { in = in && InHub() && recover() == "boom" }()
			Do(&p, func() { panic("boom") })
		}()
		Do(&p, func() { n++ })
		func() { // still in the hub if Do cannot even begin to wait
			defer func() { in = in && InHub() && (recover() != nil) == (inSource && Enabled()) }()
			NoYield(func() { Do(&p, func() {}) })
		}()
		if n != 1 || in != Enabled() || InHub() != Enabled() {
			t.Errorf("ran %d times, always in the hub: %v", n, in)
		}
	})
	<-done
}
