//go:build !greenify

package green

import (
	"sync"
	"sync/atomic"

	"github.com/greenify-go/greenify/runtime/setting"
)

// Offload pools in source. There are no worker goroutines: a worker is the
// permission to do the work, which the caller does itself, without the baton.
//
// Work that waits by a function of this package gives its worker back meanwhile and
// waits for one again, so work may wait for work, however small the pool. For that
// the goroutines with a worker are known by their g, as the holder of the baton is:
// self finds their thread, whose leave and back are then about the worker.

// workers are an offload pool. Two are equal if they are the same.
type workers struct{ free *Semaphore }

func newWorkers(size int) workers { return workers{NewSemaphore(size)} }

// offloadPool is that of Offload. Its size is GREENIFY=offload=N.
var offloadPool = newWorkers(setting.PoolSize)

// working are the threads with a worker by their g, and count how many there are, to
// spare the look-up.
var working struct {
	count atomic.Int32
	byG   sync.Map // uintptr → *thread
}

// worker returns the calling goroutine as a thread if it has a worker.
func worker() *thread {
	if working.count.Load() == 0 {
		return nil
	}
	t, _ := working.byG.Load(uintptr(getg()))
	th, _ := t.(*thread)
	return th
}

// work waits for a worker of t.pool.
func (t *thread) work() {
	t.pool.free.Acquire(1)
	working.byG.Store(t.g.Load(), t)
	working.count.Add(1)
}

// rest gives the worker back.
func (t *thread) rest() {
	working.count.Add(-1)
	working.byG.Delete(t.g.Load())
	t.pool.free.Release(1)
}

// do calls f outside the hub, with a worker.
func (w workers) do(f func()) {
	switch t := self(); {
	case t == nil: // a native goroutine
		t = &thread{pool: w}
		t.g.Store(uintptr(getg()))
		t.work()
		defer t.rest()
	case t.pool == workers{}:
		t.leave("native work")
		defer t.back()
		t.pool = w
		t.work()
		defer func() {
			t.rest()
			t.pool = workers{}
		}()
	case t.pool != w:
		outer := t.pool
		t.rest()
		t.pool = w
		t.work()
		defer func() {
			t.rest()
			t.pool = outer
			t.work()
		}()
	}
	f()
}

func offload(f func()) {
	if t := self(); t == nil || t.pool != (workers{}) {
		f()
		return
	}
	offloadPool.do(f)
}
