package green

import (
	"errors"
	"fmt"
	"runtime"
)

// ErrKilled is the error of a thread that was killed or cancelled.
var ErrKilled = errors.New("green: thread killed")

// errNoKill is why a thread cannot be killed; it wraps errors.ErrUnsupported.
func errNoKill(why string) error {
	return fmt.Errorf("green: cannot kill the thread: %s: %w", why, errors.ErrUnsupported)
}

// Cancel ends a thread that has not begun; its function never runs. It reports
// whether it did. (GreenThread.cancel)
func (h *Handle) Cancel() bool {
	h.mu.Lock()
	if h.state != taskNew {
		h.mu.Unlock()
		return false
	}
	h.state = taskDone
	h.fate = fateKilled
	err := h.cause
	h.mu.Unlock()
	if h.timer != nil {
		h.timer.Stop()
	}
	if err == nil {
		err = ErrKilled
	}
	h.finish(err)
	return true
}

// Kill ends the thread at its next yield point as by runtime.Goexit: deferred
// calls run, recover does not stop it, and who waits for it gets ErrKilled. A
// thread that waits is woken at once: whatever it waits for, a channel, a lock, a
// descriptor, time, it leaves as if it had never been there. A wait that is over
// already, or an operation that need not wait, still completes. The deferred
// calls may wait, and are not killed.
//
// A thread that has not begun never does. Killing the calling thread takes place
// at once. A thread that has ended, and one that has been killed, is left alone.
// Kill does not wait, and does not yield in a green thread. (GreenThread.kill)
//
// Inside the standard library a kill is an error first: a context that net, net/http,
// database/sql, crypto/tls and others work under is cancelled with the cause ErrKilled, a
// wait for a descriptor ends with os.ErrDeadlineExceeded, and the thread unwinds once
// they have cleaned up: pools are whole, no descriptor is lost. If what was called
// succeeds all the same, it returns, and the thread unwinds at its next yield point. A
// process that exec.Cmd's Run, Output or CombinedOutput waits for is killed. Code of the
// program that they call (drivers, Control, hooks) gets these errors, too; a wait of its
// own for a channel, a lock or time that it does not end when its context does has to be
// over before the thread unwinds.
//
// Code of the program is not asked: what it gives back by a plain statement, or by "if
// err != nil", is passed by. Give it back in a deferred call; where there is a context,
// prefer that (WithContext for code that takes none).
//
// A thread that computes is killed where it is preempted, once it has kept the hub for
// longer than GREENIFY=busy; WithTimeout says where and where not.
//
// These are killed later, when they come to the next yield point by themselves: a
// thread in a system call, in Offload, or in a wait of an iterator that iter.Pull
// runs, or one that C called. A thread killed in the wait of RWMutex.Lock for
// readers ends at once, but as long as these readers stay the lock is as if it
// still waited.
//
// In a program patched in source a thread that waits cannot be woken: it is
// killed at its next yield point after that, and Kill returns an error that wraps
// errors.ErrUnsupported to say so. Unpatched, or with GREENIFY=off, a running
// thread cannot be killed at all; Kill returns such an error.
func (h *Handle) Kill() error { return h.kill(nil) }

// kill is Kill; who waits gets the cause if it is not nil.
func (h *Handle) kill(cause error) error {
	h.mu.Lock()
	if h.state == taskNew {
		h.mu.Unlock()
		if h.Cancel() {
			return nil
		}
		h.mu.Lock() // it has begun meanwhile
	}
	if h.state == taskDone {
		h.mu.Unlock()
		return nil
	}
	ref := h.ref
	if h.cause == nil {
		h.cause = cause
	}
	h.mu.Unlock()
	if h == Current() {
		immune()
		h.killed = true
		runtime.Goexit()
	}
	return ref.kill()
}
