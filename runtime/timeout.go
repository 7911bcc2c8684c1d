package green

import (
	"context"
	"errors"
	"os"
	"runtime"
	"sync/atomic"
	"time"
)

// A TimeoutError says that the time of one WithTimeout or WithDeadline is over.
// It is a net.Error's Timeout, and os.ErrDeadlineExceeded and context.DeadlineExceeded
// for errors.Is. Each call has an error of its own.
type TimeoutError struct {
	After time.Duration // how long the call had
	// GoesOn: the function could not be killed, as the program is not patched, and
	// goes on. The error is then errors.ErrUnsupported, too, for errors.Is.
	GoesOn bool
}

func (e *TimeoutError) Error() string {
	text := "green: timeout after " + e.After.String()
	if e.GoesOn {
		text += goesOn
	}
	return text
}
func (e *TimeoutError) Timeout() bool   { return true }
func (e *TimeoutError) Temporary() bool { return true }
func (e *TimeoutError) Is(target error) bool {
	return target == os.ErrDeadlineExceeded || target == context.DeadlineExceeded || e.GoesOn && target == errors.ErrUnsupported
}

const goesOn = "; the function goes on, as nothing can be killed in a program that is not patched"

// WithTimeout calls f and returns its error, or a *TimeoutError if f has not returned
// after d. In a program that is not patched, and with GREENIFY=off, f then goes on
// beside the caller, for plain Go cannot end it, and the error says so (GoesOn). What
// follows is about patched programs.
//
// If f has not returned after d it is killed (Handle.Kill): it unwinds at its next yield
// point, its deferred calls run, and WithTimeout returns the error once they have. With
// no time, d <= 0, f is killed at its first yield point. It yields.
//
// Inside the standard library the kill is an error first (Handle.Kill): a query, a
// request, a dial that f has begun is undone. A driver or a hook that waits below it for a
// channel, a lock or time, and does not end that when its context does, delays the return by
// as long; a wait for a descriptor ends at once. What f itself holds it has to give back in
// deferred calls.
//
// An f that computes, such as an interpreter with an endless script, is killed where it
// is preempted, once it has kept the hub for longer than GREENIFY=busy, a second: at a
// call that it makes, or in a loop that makes none, and not in the middle of a
// function of the standard library. One that makes calls of C or of the system,
// one after another, ends as it enters the next one, after as long; if functions of the standard library
// make them, where it calls one, or at the Read or Write of a descriptor. A lock that no deferred call unlocks stays locked,
// and a deferred call that computes may be cut itself. Not killed there: NoYield, what C
// has called or iter.Pull's iterators, a loop without any call in a function
// that has deferred calls and has called nothing yet, and with busy=off what computes. If f returns
// before it is killed, its result stands.
//
// Handle.Kill says what code is safe to be killed. If f calls what takes a context,
// give that one a context with a timeout: the callee then undoes its work by its own
// paths for errors. WithTimeout is for code that takes none.
//
// f runs as a thread of its own, which inherits the caller's Locals and labels,
// while the caller waits. A panic in f, carried by a *PanicError, and
// runtime.Goexit go on in the caller; killing the caller kills f. So timeouts nest
// in any order: the inner call does not return when the outer one's time is over,
// and the outer call returns its own error. (eventlet.Timeout)
//
// In a program patched in source f is killed after its current wait.
func WithTimeout(d time.Duration, f func() error) error { return newHandle().within(d, f) }

// WithDeadline is WithTimeout that ends at a point in time.
func WithDeadline(at time.Time, f func() error) error { return newHandle().within(time.Until(at), f) }

func (h *Handle) within(d time.Duration, f func() error) error {
	cause := &TimeoutError{After: d, GoesOn: canKill() != nil}
	return h.under(f, cause, d <= 0, func(kill func(error)) (stop func() bool) {
		return time.AfterFunc(d, func() { kill(cause) }).Stop
	})
}

// WithContext is WithTimeout for as long as ctx lasts: it gives code that takes no
// context a cancellation, and is the first choice where there is a context. If f is
// killed the error is context.Cause(ctx); if that cannot be, and f goes on, it wraps that
// and errors.ErrUnsupported.
func WithContext(ctx context.Context, f func() error) error {
	h := newHandle()
	cause := func() error {
		if err := context.Cause(ctx); err == nil || canKill() == nil {
			return err
		} else {
			return &goesOnError{err}
		}
	}
	return h.under(f, cause(), ctx.Err() != nil, func(kill func(error)) (stop func() bool) {
		return context.AfterFunc(ctx, func() { kill(cause()) })
	})
}

// under runs f in h's thread until something that arm arranges kills it.
func (h *Handle) under(f func() error, cause error, now bool, arm func(kill func(error)) (stop func() bool)) error {
	if canKill() != nil {
		return h.beside(f, cause, now, arm)
	}
	h.carry = true
	if now {
		h.mu.Lock()
		h.cause = cause // run sees it
		h.mu.Unlock()
	}
	over := false
	defer func() {
		if !over { // the caller is killed, perhaps before f has begun
			h.Kill()
			Recv(h.done)
		}
	}()
	h.launch(f)
	if !now {
		defer arm(func(cause error) {
			h.mu.Lock()
			begun := h.state != taskNew
			if !begun {
				h.cause = cause // at its first yield point
			}
			h.mu.Unlock()
			if begun {
				h.kill(cause)
			}
		})()
	}
	err := h.Wait()
	over = true
	return h.goOn(err)
}

// goOn goes on in the caller as h's thread ended.
func (h *Handle) goOn(err error) error {
	switch h.fate {
	case fatePanic:
		panic(err)
	case fateGoexit:
		runtime.Goexit()
	case fateKilled:
		if err != ErrKilled {
			break
		}
		// f killed its own thread, through Current: that is the caller's, too.
		if caller := Current(); caller != nil {
			caller.Kill()
		}
		runtime.Goexit()
	}
	return err
}

// beside is under where nothing can be killed.
func (h *Handle) beside(f func() error, cause error, now bool, arm func(kill func(error)) (stop func() bool)) error {
	const (
		ended = 1 + iota
		left
	)
	var fate atomic.Int32
	over := make(chan error, 1)
	h.launch(func() error {
		defer func() {
			// Its panic is the caller's, or, if that has left, ends the program.
			h.carry = fate.CompareAndSwap(0, ended)
		}()
		return f()
	})
	if now {
		over <- cause
	} else {
		defer arm(func(cause error) { over <- cause })()
	}
	select {
	case <-h.done:
	case cause := <-over:
		if fate.CompareAndSwap(0, left) {
			return cause
		}
	}
	return h.goOn(h.Wait())
}

// A goesOnError says that a function could not be killed.
type goesOnError struct{ cause error }

func (e *goesOnError) Error() string   { return e.cause.Error() + goesOn }
func (e *goesOnError) Unwrap() []error { return []error{e.cause, errors.ErrUnsupported} }
