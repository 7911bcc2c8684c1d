package green

import (
	"context"
	"iter"
)

// A Pool runs threads, so many at a time. For a group that is waited for and
// fails as one see golang.org/x/sync/errgroup. (eventlet.GreenPool)
type Pool struct {
	slots *Semaphore
	tasks *Queue[struct{}] // counts: an item for each thread
}

// NewPool returns a pool that runs at most size threads at a time. It panics if
// size is less than 1.
func NewPool(size int) *Pool {
	if size < 1 {
		panic("green: NewPool: size must be 1 or more")
	}
	return &Pool{NewSemaphore(size), NewQueue[struct{}](-1)}
}

// SpawnIn is Spawn once the pool has room: it waits for that, and yields only
// then. In a thread of a pool that is full it calls f itself, so that the pool
// does not wait for itself.
func SpawnIn[T any](p *Pool, f func() (T, error)) *Task[T] {
	t, _ := spawnIn(context.Background(), p, newHandle(), f)
	return t
}

func spawnIn[T any](ctx context.Context, p *Pool, h *Handle, f func() (T, error)) (*Task[T], error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	t := &Task[T]{Handle: h}
	if !p.slots.TryAcquire(1) {
		if c := Current(); c != nil && c.pool == p {
			t.inline(t.call(f))
			return t, nil
		}
		if err := p.slots.AcquireContext(ctx, 1); err != nil {
			return nil, err
		}
	}
	p.tasks.TryPut(struct{}{})
	t.pool = p
	t.Link(func(*Handle) {
		p.slots.Release(1)
		p.tasks.TaskDone()
	})
	t.launch(t.call(f))
	return t, nil
}

// inline runs f as a part of the calling thread.
func (h *Handle) inline(f func() error) {
	h.state = taskDone
	h.fate = fateGoexit
	err := ErrGoexit
	defer func() {
		if deferredBy() != "runtime.gopanic" {
			h.finish(err)
		}
	}()
	err = f()
	h.fate = fateReturn
}

// Go is SpawnIn for a function without a result.
func (p *Pool) Go(f func()) { SpawnIn(p, func() (struct{}, error) { f(); return struct{}{}, nil }) }

// Wait waits until no thread of the pool is left. It panics in one of them.
func (p *Pool) Wait() {
	p.mustNotWait()
	p.tasks.Join()
}

func (p *Pool) mustNotWait() {
	if c := Current(); c != nil && c.pool == p {
		panic("green: Pool.Wait in a thread of the pool would wait for itself")
	}
}

// Resize changes how many threads run at a time. Those that run go on. It panics if size
// is less than 1.
func (p *Pool) Resize(size int) {
	if size < 1 {
		panic("green: Pool.Resize: size must be 1 or more")
	}
	p.slots.Resize(size)
}

func (p *Pool) size() int {
	p.slots.mu.Lock()
	defer p.slots.mu.Unlock()
	return p.slots.size
}

// Free returns how many more threads could run now.
func (p *Pool) Free() int { return p.slots.Free() }

// Map calls f for what seq yields, in threads of the pool, and yields the results
// in the same order. It is ahead of its consumer by no more than the size of the
// pool, so seq may be endless. Calls that are under way when the consumer stops are
// killed. (GreenPool.imap)
func Map[A, B any](p *Pool, seq iter.Seq[A], f func(A) (B, error)) iter.Seq2[B, error] {
	return mapIn(context.Background(), p, seq, f)
}

func mapIn[A, B any](ctx context.Context, p *Pool, seq iter.Seq[A], f func(A) (B, error)) iter.Seq2[B, error] {
	return func(yield func(B, error) bool) {
		pile := Pile[B]{pool: p}
		defer pile.kill()
		for a := range seq {
			if len(pile.tasks) >= p.size() {
				if err := recvContext(ctx, pile.tasks[0].done); err != nil {
					yield(*new(B), err)
					return
				}
				if !yield(pile.next()) {
					return
				}
			}
			if err := pile.SpawnContext(ctx, func() (B, error) { return f(a) }); err != nil {
				yield(*new(B), err)
				return
			}
		}
		for v, err := range pile.AllContext(ctx) {
			if !yield(v, err) {
				return
			}
		}
	}
}

// A Pile is a list of tasks whose results are wanted in the order in which they
// were spawned. It belongs to one thread. (eventlet.GreenPile)
type Pile[T any] struct {
	pool  *Pool
	tasks []*Task[T]
}

// NewPile returns a pile whose tasks run in a pool.
func NewPile[T any](p *Pool) *Pile[T] { return &Pile[T]{pool: p} }

// Spawn adds a task, as SpawnIn does.
func (p *Pile[T]) Spawn(f func() (T, error)) { p.tasks = append(p.tasks, SpawnIn(p.pool, f)) }

// All waits for the tasks in turn and yields their results, until none is left.
func (p *Pile[T]) All() iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for len(p.tasks) > 0 && yield(p.next()) {
		}
	}
}

func (p *Pile[T]) next() (T, error) {
	t := p.tasks[0]
	v, err := t.Wait()
	p.tasks = p.tasks[1:]
	return v, err
}

func (p *Pile[T]) kill() {
	for _, t := range p.tasks {
		t.Kill()
	}
}
