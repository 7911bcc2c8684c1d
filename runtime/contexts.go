package green

import (
	"context"
	"iter"
	"sync/atomic"
)

// The waits of this package that a context can end. They work unpatched, in source and
// patched alike. A wait that ctx ends returns context.Cause(ctx), and has taken, put and
// lost nothing: what was handed to it at the same moment it returns instead. What would
// take or put something does nothing if ctx is over before.

// AcquireContext is Acquire for as long as ctx lasts.
func (s *Semaphore) AcquireContext(ctx context.Context, n int) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if s.TryAcquire(n) {
		return nil
	}
	b := &borrower{waiter{wake: make(chan struct{})}, n}
	s.mu.Lock()
	if n > s.size {
		s.mu.Unlock()
		panic("green: Semaphore.Acquire: more units than there are would be waited for for ever")
	}
	place := s.waiters.PushBack(b)
	s.serve()
	s.mu.Unlock()
	defer func() {
		if b.served() {
			return
		}
		s.mu.Lock() // killed, or ctx is over
		defer s.mu.Unlock()
		s.waiters.Remove(place)
		s.serve()
	}()
	return b.waitContext(ctx)
}

// PutContext is Put for as long as ctx lasts.
func (q *Queue[T]) PutContext(ctx context.Context, item T) error {
	v := &visitor[T]{item: item}
	return q.visit(ctx, &q.putters, v)
}

// GetContext is Get for as long as ctx lasts. It returns ErrClosed if the queue is closed
// and empty.
func (q *Queue[T]) GetContext(ctx context.Context) (item T, err error) {
	v := &visitor[T]{}
	err = q.visit(ctx, &q.getters, v)
	return v.item, err
}

// JoinContext is Join for as long as ctx lasts.
func (q *Queue[T]) JoinContext(ctx context.Context) error {
	if joined := q.join(); joined != nil {
		return recvContext(ctx, joined)
	}
	return nil
}

// WaitContext is Wait for as long as ctx lasts. If the event has happened it returns that.
func (e *Event[T]) WaitContext(ctx context.Context) (v T, err error) {
	if err = recvContext(ctx, e.made()); err != nil {
		return v, err
	}
	return e.value, e.err
}

// WaitContext is Wait for as long as ctx lasts, which does not end the thread. If the
// thread has ended it returns its error.
func (h *Handle) WaitContext(ctx context.Context) error {
	if err := recvContext(ctx, h.done); err != nil {
		return err
	}
	return h.err
}

// WaitContext is Wait for as long as ctx lasts, which does not end the task. If the task
// is done it returns its result.
func (t *Task[T]) WaitContext(ctx context.Context) (v T, err error) {
	if err = recvContext(ctx, t.done); err != nil {
		return v, err
	}
	return t.Wait()
}

// SpawnInContext is SpawnIn that waits for room for as long as ctx lasts. It returns the
// error, and f is not called, if ctx is over before there is room. The task does not end
// with ctx.
func SpawnInContext[T any](ctx context.Context, p *Pool, f func() (T, error)) (*Task[T], error) {
	return spawnIn(ctx, p, newHandle(), f)
}

// GoContext is Go that waits for room for as long as ctx lasts.
func (p *Pool) GoContext(ctx context.Context, f func()) error {
	_, err := spawnIn(ctx, p, newHandle(), func() (struct{}, error) { f(); return struct{}{}, nil })
	return err
}

// SpawnContext is Spawn that waits for room for as long as ctx lasts. If it returns an
// error it has added nothing.
func (p *Pile[T]) SpawnContext(ctx context.Context, f func() (T, error)) error {
	t, err := SpawnInContext(ctx, p.pool, f)
	if err == nil {
		p.tasks = append(p.tasks, t)
	}
	return err
}

// AllContext is All for as long as ctx lasts. Once ctx is over it yields
// context.Cause(ctx) as the last error, and the tasks whose results it has not yielded
// stay in the pile.
func (p *Pile[T]) AllContext(ctx context.Context) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for len(p.tasks) > 0 {
			t := p.tasks[0]
			if err := recvContext(ctx, t.done); err != nil {
				yield(*new(T), err)
				return
			}
			if !yield(p.next()) {
				return
			}
		}
	}
}

// WaitContext is Wait for as long as ctx lasts.
func (p *Pool) WaitContext(ctx context.Context) error {
	p.mustNotWait()
	return p.tasks.JoinContext(ctx)
}

// WaitContext is Wait for as long as ctx lasts.
func (d *DAG[K, V]) WaitContext(ctx context.Context, key K) (V, error) {
	e, _ := d.event(key, false)
	return e.WaitContext(ctx)
}

// DoContext is Do that waits for a worker for as long as ctx lasts. It returns the error,
// and f is not called, if ctx is over before there is one. The work does not end with
// ctx. Within the work of another pool it returns, in any case, once that has a worker
// again.
func (p *OffloadPool) DoContext(ctx context.Context, f func()) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return p.workers.do(ctx, f)
}

// MapContext is Map for as long as ctx lasts. Once ctx is over it yields
// context.Cause(ctx) as the last error and kills the calls that are under way.
func MapContext[A, B any](ctx context.Context, p *Pool, seq iter.Seq[A], f func(A) (B, error)) iter.Seq2[B, error] {
	return mapIn(ctx, p, seq, f)
}

// recvContext waits until done is closed. If that is so it returns nil, also if ctx is
// over.
func recvContext(ctx context.Context, done <-chan struct{}) error {
	if ctx.Done() == nil {
		Recv(done)
		return nil
	}
	Select(OnRecv(done), OnRecv(ctx.Done()))
	select {
	case <-done:
		return nil
	default:
		return context.Cause(ctx)
	}
}

// waitContext is wait for as long as ctx lasts.
func (w *waiter) waitContext(ctx context.Context) error {
	if ctx.Done() == nil {
		w.wait()
		return nil
	}
	claim(&w.state)
	defer claim(nil)
	if Select(OnRecv(w.wake), OnRecv(ctx.Done())) == 1 {
		if atomic.CompareAndSwapUint32(&w.state, waiterWaits, waiterKilled) {
			return context.Cause(ctx) // as one who is killed: who serves passes over it
		}
		Recv(w.wake) // is being served
	}
	return nil
}
