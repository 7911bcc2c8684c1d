//go:build !greenify

package green

import (
	"runtime"
	"sync"
)

// What package task.go and local.go need where package runtime is the plain one.

// A threadRef names a thread.
type threadRef struct {
	t  *thread // nil outside the hub
	id uint64
}

func thisThread() threadRef { return threadRef{self(), goid()} }

// kill is called while the thread has not ended.
func (r threadRef) kill() error {
	if r.t == nil {
		return errNoKill("it is no green thread")
	}
	hub.mu.Lock()
	defer hub.mu.Unlock()
	r.t.kill = true
	if r.t.wait != "" {
		return errNoKill("in source it is killed only after its " + r.t.wait)
	}
	return nil
}

// setName is called while the thread has not ended.
func (r threadRef) setName(name string) {
	if r.t != nil {
		hub.mu.Lock()
		defer hub.mu.Unlock()
		r.t.name = &name
	}
}

// setKilled notes that the calling thread unwinds because it was killed.
func setKilled() {
	if d := data(); d != nil && d.handle != nil {
		d.handle.killed = true
	}
}

// immune protects the calling thread from being killed, and reports whether it
// has been.
func immune() (killed bool) {
	if t := self(); t != nil {
		hub.mu.Lock()
		t.kill = false
		hub.mu.Unlock()
	}
	return false
}

// uncut has a kill of the thread wait, or ends that: n is 1 or -1.
func uncut(t *thread, n int8) {
	if t != nil {
		t.uncut += n
	}
}

// claim names the word that who kills the calling thread must win first.
func claim(word *uint32) {
	if t := self(); t != nil {
		t.claim = word
	}
}

// panics reports whether the calling goroutine panics, or is in a deferred call that
// has recovered: Goexit would end the panic, and nobody would hear of it.
func panics() bool {
	var pcs [64]uintptr
	for skip := 2; ; skip += len(pcs) {
		n := runtime.Callers(skip, pcs[:])
		for frames := runtime.CallersFrames(pcs[:n]); ; {
			frame, more := frames.Next()
			if frame.Function == "runtime.gopanic" {
				return true
			}
			if !more {
				break
			}
		}
		if n < len(pcs) {
			return false
		}
	}
}

// canKill reports whether a thread that the caller starts can be killed.
func canKill() error {
	if !enabled() {
		return errNoKill("the program is not patched")
	}
	return nil
}

const goroutineData = false

// threads' data by the number of their goroutine, for those that this package
// started.
var dataByID sync.Map

func data() *threadData {
	d, _ := dataByID.Load(goid())
	td, _ := d.(*threadData)
	return td
}

func setData(d *threadData) {
	if d == nil {
		dataByID.Delete(goid())
		return
	}
	dataByID.Store(d.id, d)
}

func strict(on bool, _ func()) (changed bool) {
	t := self()
	if t == nil || t.strict.Load() == on {
		return false
	}
	t.strict.Store(on)
	if on {
		reclaim() // the watchdog, which leaves the baton to t from now on, may have taken it just before
	}
	return true
}

func startAt(uintptr) {} // spawn does

func pending() int { return 0 }
