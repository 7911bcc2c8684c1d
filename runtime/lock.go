package green

import (
	"sync"
	"unsafe"
)

// Lock is l.Lock(). It yields only if it has to wait; a lock that cannot tell
// (one without TryLock) counts as one that has to.
func Lock(l sync.Locker) {
	if t := self(); t != nil {
		if l, ok := l.(interface{ TryLock() bool }); ok && l.TryLock() {
			t.slice()
			return
		}
		reason := "sync.Mutex.Lock"
		if _, ok := l.(*sync.RWMutex); ok {
			reason = "sync.RWMutex.Lock"
		}
		t.leave(reason)
		defer t.back()
	}
	l.Lock()
}

// RLock is l.RLock(). It yields only if it has to wait.
func RLock(l *sync.RWMutex) {
	if t := self(); t != nil {
		if l.TryRLock() {
			t.slice()
			return
		}
		t.leave("sync.RWMutex.RLock")
		defer t.back()
	}
	l.RLock()
}

// TryLock is l.TryLock(). It never waits, but yields once the thread has run for 10 ms: a
// loop that polls must not keep those from running that it polls for.
func TryLock(l interface{ TryLock() bool }) bool {
	Poll()
	return l.TryLock()
}

// TryRLock is l.TryRLock(). As TryLock it never waits, but yields once the thread is late.
func TryRLock(l interface{ TryRLock() bool }) bool {
	Poll()
	return l.TryRLock()
}

// Wait is w.Wait() of a sync.WaitGroup or sync.Cond. It yields, but for a
// WaitGroup whose counter is zero.
func Wait(w interface{ Wait() }) {
	if t := self(); t != nil {
		reason := "Wait" // of a type that embeds one of them
		switch w := w.(type) {
		case *sync.WaitGroup:
			if knowWaitGroup && (*waitGroup)(unsafe.Pointer(w)).state.Load()>>32 == 0 {
				t.slice()
				w.Wait()
				return
			}
			reason = "sync.WaitGroup.Wait"
		case *sync.Cond:
			reason = "sync.Cond.Wait"
		}
		t.leave(reason)
		defer t.back()
	}
	w.Wait()
}

// WaitGo is w.Go(f): it starts f as a goroutine, a green thread in a patched
// program, for which Wait waits. It does not yield.
func WaitGo(w *sync.WaitGroup, f func()) {
	t := spawn(0)
	if t == nil {
		startAt(0)
		w.Go(f)
		return
	}
	w.Add(1)
	go t.run(func() {
		defer func() {
			if x := recover(); x != nil {
				panic(x) // and not Done: nobody goes on while the program ends
			}
			w.Done()
		}()
		f()
	})
}

// Do is o.Do(f). It yields only if another call of Do is under way, or after 10 ms as
// TryLock does, and runs f as the same green thread.
func Do(o *sync.Once, f func()) {
	t := self()
	if t == nil {
		o.Do(f)
		return
	}
	if knowOnce {
		(*once)(unsafe.Pointer(o)).do(t, f)
		return
	}
	defer t.back()
	t.leave("sync.Mutex.Lock")
	o.Do(func() {
		t.back()
		defer t.leave("sync.Mutex.Lock")
		f()
	})
}

// do is what Do of a sync.Once does, but waits as a green thread.
func (o *once) do(t *thread, f func()) {
	if o.done.Load() {
		t.slice()
		return
	}
	Lock(&o.m)
	defer o.m.Unlock()
	if !o.done.Load() {
		defer o.done.Store(true)
		f()
	}
}
