package green

import (
	"container/list"
	"context"
)

// An Event is a value or an error that arrives once. The zero Event waits for it.
// (eventlet.event.Event)
type Event[T any] struct {
	mu    mutex
	done  chan struct{}
	value T
	err   error
}

// Done returns a channel that is closed once the event has happened.
func (e *Event[T]) Done() <-chan struct{} { return e.made() }

func (e *Event[T]) made() chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.done == nil {
		e.done = make(chan struct{})
	}
	return e.done
}

// Send makes the event happen with a value. It reports false, and changes nothing,
// if it has happened before. It does not yield.
func (e *Event[T]) Send(v T) bool { return e.happen(v, nil) }

// SendError makes the event happen with an error.
func (e *Event[T]) SendError(err error) bool { return e.happen(*new(T), err) }

func (e *Event[T]) happened() bool {
	select {
	case <-e.made():
		return true
	default:
		return false
	}
}

func (e *Event[T]) happen(v T, err error) bool {
	done := e.made()
	e.mu.Lock()
	defer e.mu.Unlock()
	select {
	case <-done:
		return false
	default:
	}
	e.value, e.err = v, err
	close(done)
	return true
}

// Wait waits for the event. It yields unless it has happened.
func (e *Event[T]) Wait() (T, error) {
	Recv(e.made())
	return e.value, e.err
}

// A Semaphore lends units, first come first served. One that is killed while it waits
// for units has got none, and Release gives back what it is to give back though its
// thread is killed. That of golang.org/x/sync/semaphore does the same, but loses the
// units that it hands to a thread which is killed while it waits for them.
type Semaphore struct {
	mu      mutex
	size    int
	free    int       // negative after Resize until enough came back
	waiters list.List // of *borrower
}

type borrower struct {
	waiter
	n int
}

// NewSemaphore returns a semaphore of n units. It panics if n is negative, as do the
// methods.
func NewSemaphore(n int) *Semaphore {
	notNegative("NewSemaphore", n)
	return &Semaphore{size: n, free: n}
}

func notNegative(what string, n int) {
	if n < 0 {
		panic("green: " + what + ": the number of units must not be negative")
	}
}

// Acquire waits for n units. It yields only if it has to wait. It panics if there are
// not as many.
func (s *Semaphore) Acquire(n int) { s.AcquireContext(context.Background(), n) }

// TryAcquire takes n units if they are free and nobody waits. It does not yield.
func (s *Semaphore) TryAcquire(n int) bool {
	notNegative("Semaphore.Acquire", n)
	s.mu.Lock()
	defer s.mu.Unlock()
	if first[*borrower](&s.waiters) != nil || s.free < n {
		return false
	}
	s.free -= n
	return true
}

// Release gives n units back. It panics if that makes more than there are, and
// does not yield.
func (s *Semaphore) Release(n int) {
	notNegative("Semaphore.Release", n)
	s.mu.Lock()
	defer s.mu.Unlock()
	if n > s.size-s.free {
		panic("green: Semaphore: released more than acquired")
	}
	s.free += n
	s.serve()
}

// Resize changes the number of units. Those that are lent stay lent.
func (s *Semaphore) Resize(n int) {
	notNegative("Semaphore.Resize", n)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free += n - s.size
	s.size = n
	s.serve()
}

// Free returns how many units are free: fewer than none if more are lent than
// Resize has left.
func (s *Semaphore) Free() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.free
}

func (s *Semaphore) serve() {
	for b := first[*borrower](&s.waiters); b != nil && b.n <= s.free; b = first[*borrower](&s.waiters) {
		s.waiters.Remove(s.waiters.Front())
		if b.claim() {
			s.free -= b.n
		}
		b.release()
	}
}
