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
// calls run, recover does not stop it, and a thread that waits for it gets ErrKilled. A
// thread that waits is woken at once: whatever it waits for, a channel, a lock, a
// descriptor, a child process, time, a Queue or a Semaphore, it leaves as if it had
// never been there. A wait that is over already, or an operation that need not wait,
// still completes.
//
// The deferred calls that run because of the kill may wait, and are not killed. On the
// normal path a deferred call is code like any other: one that waits, as the thread
// returns by itself, is cut. What this package does under its own locks, such as
// Semaphore.Release, is done as a whole. In Cond.Wait the thread locks c.L first.
//
// A thread that panics is killed once the panic is recovered; if nobody does, the
// program ends by the panic.
//
// A thread that has not begun never does. Killing the calling thread takes place
// at once, also in a panic, which it ends as runtime.Goexit does. A thread that has
// ended, and one that has been killed, is left alone. Kill does not wait, and does not
// yield in a green thread. (GreenThread.kill)
//
// # What is safe
//
// Safe is code that undoes its work in deferred calls, whatever err is: defer
// mu.Unlock(), defer sem.Release(1), defer conn.Close(). Not safe is code that undoes
// it by if err != nil, or in a deferred call that looks at err or at a flag set at the
// end of a function: Goexit passes the former by, and the latter sees no error. Nor is
// code that unlocks a lock, waits and locks it again, with an Unlock deferred: the
// deferred call unlocks what is not locked, which ends the program. Where there is a
// context, cancel that, and use WithContext for code that takes none.
//
// Inside the standard library a kill is an error first: a context that net, net/http,
// database/sql, crypto/tls and others work under is cancelled with the cause ErrKilled, a
// wait for a descriptor ends with os.ErrDeadlineExceeded, and the thread unwinds once
// they have cleaned up: pools are whole, no descriptor is lost. If what was called
// succeeds all the same, it returns, and the thread unwinds at its next yield point. A
// process that exec.Cmd's Run, Output or CombinedOutput waits for is killed; one that was
// started (Cmd.Start, os.StartProcess) and that Cmd.Wait or Process.Wait waits for runs on,
// and can be waited for again: exec.CommandContext ends it with its context. Code of the
// program that they call (drivers, Control, hooks) gets these errors, too; a wait of its
// own for a channel, a lock or time that it does not end when its context does has to be
// over before the thread unwinds.
//
// A thread that computes is killed where it is preempted, once it has kept the hub for
// longer than GREENIFY=busy, and one in a loop of calls of C or of the system as it
// enters one of them, as late; WithTimeout says where and where not. No yield point is the
// end of a time slice inside the standard library, at a lock that is free.
//
// These are killed later, when they come to the next yield point by themselves: a
// thread in a single system call or call of C, in Offload, or in a wait of an iterator that iter.Pull
// runs, or one that C called.
//
// In a program patched in source a thread that waits cannot be woken: it is
// killed at its next yield point after that, and Kill returns an error that wraps
// errors.ErrUnsupported to say so. Unpatched, or with GREENIFY=off, a running
// thread cannot be killed at all; Kill returns such an error.
func (h *Handle) Kill() error { return h.kill(nil) }

// kill is Kill; threads that wait get the cause if it is not nil.
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
