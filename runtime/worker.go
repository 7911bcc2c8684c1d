//go:build !greenify

package green

import (
	"context"
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
var offloadPool = newWorkers(int(setting.Unset("offload", false)))

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

// work waits for a worker of t.pool for as long as ctx lasts.
func (t *thread) work(ctx context.Context) error {
	if err := t.pool.free.AcquireContext(ctx, 1); err != nil {
		return err
	}
	working.byG.Store(t.g.Load(), t)
	working.count.Add(1)
	return nil
}

// resume is work after rest, whatever has become of a context.
func (t *thread) resume() { t.work(context.Background()) }

// rest gives the worker back.
func (t *thread) rest() {
	working.count.Add(-1)
	working.byG.Delete(t.g.Load())
	t.pool.free.Release(1)
}

// do calls f outside the hub, with a worker if there is one while ctx lasts.
func (w workers) do(ctx context.Context, f func()) error {
	switch t := self(); {
	case t == nil: // a native goroutine
		t = &thread{pool: w}
		t.g.Store(uintptr(getg()))
		if err := t.work(ctx); err != nil {
			return err
		}
		defer t.rest()
	case t.pool == workers{}:
		t.leave("native work")
		defer t.back()
		t.pool = w
		defer func() { t.pool = workers{} }()
		if err := t.work(ctx); err != nil {
			return err
		}
		defer t.rest()
	case t.pool != w:
		outer := t.pool
		t.rest()
		t.pool = w
		defer func() {
			t.pool = outer
			t.resume()
		}()
		if err := t.work(ctx); err != nil {
			return err
		}
		defer t.rest()
	}
	f()
	return nil
}

func offload(f func()) {
	if t := self(); t == nil || t.pool != (workers{}) {
		f()
		return
	}
	offloadPool.do(context.Background(), f)
}
