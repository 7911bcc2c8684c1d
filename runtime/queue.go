package green

import (
	"container/heap"
	"container/list"
	"context"
	"errors"
	"iter"
	"slices"
)

// ErrClosed is the error of Put in a Queue that is closed.
var ErrClosed = errors.New("green: queue closed")

// A Queue holds items for other threads to take. Use a channel unless you need
// another order, no limit, Join, or a Put that may meet Close. Threads that wait
// are served first come first served. One that is killed while it waits has put or got
// nothing. (eventlet.queue)
type Queue[T any] struct {
	mu      mutex
	limit   int // of items; negative: none
	items   shelf[T]
	getters list.List // of *visitor[T]. Inv: empty, but for killed ones, if there are items
	putters list.List // of *visitor[T]. Inv: empty, but for killed ones, if there is room
	closed  bool
	tasks   int           // put and not yet done
	joined  chan struct{} // closed when tasks reaches 0; nil if nobody is in Join
}

// A visitor puts or gets an item.
type visitor[T any] struct {
	waiter
	item T
	ok   bool // it has, and not met a closed queue
}

// A shelf keeps the items in some order.
type shelf[T any] interface {
	put(T)
	get() T   // the next
	len() int // number of items
}

// NewQueue returns a queue that is first in first out and holds limit items. If
// limit is 0, Put waits until the item is taken; if it is negative there is no
// limit.
func NewQueue[T any](limit int) *Queue[T] { return &Queue[T]{limit: limit, items: &fifo[T]{}} }

// NewStack returns a queue that is last in first out. (LifoQueue)
func NewStack[T any](limit int) *Queue[T] { return &Queue[T]{limit: limit, items: &lifo[T]{}} }

// NewPriorityQueue returns a queue of which the least item comes first. It panics if less
// is nil.
func NewPriorityQueue[T any](limit int, less func(a, b T) bool) *Queue[T] {
	if less == nil {
		panic("green: NewPriorityQueue: less must not be nil")
	}
	return &Queue[T]{limit: limit, items: &least[T]{less: less}}
}

// Put adds an item. It waits while the queue is full, and yields only then. It
// returns ErrClosed if the queue is or gets closed.
func (q *Queue[T]) Put(item T) error {
	return q.PutContext(context.Background(), item)
}

// TryPut adds an item if that does not have to wait. It does not yield.
func (q *Queue[T]) TryPut(item T) bool {
	v := &visitor[T]{item: item}
	q.enter(&q.putters, v, false)
	return v.ok
}

// Get takes the next item. It waits while the queue is empty, and yields only
// then. It reports false if the queue is closed and empty.
func (q *Queue[T]) Get() (item T, ok bool) {
	item, err := q.GetContext(context.Background())
	return item, err == nil
}

// TryGet takes the next item if there is one. It does not yield.
func (q *Queue[T]) TryGet() (item T, ok bool) {
	v := &visitor[T]{}
	q.enter(&q.getters, v, false)
	return v.item, v.ok
}

// All takes items until the queue is closed and empty.
func (q *Queue[T]) All() iter.Seq[T] {
	return func(yield func(T) bool) {
		for {
			item, ok := q.Get()
			if !ok || !yield(item) {
				return
			}
		}
	}
}

// Close lets no more items in. Items inside can be taken. It does not yield.
func (q *Queue[T]) Close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.serve()
}

// Len returns the number of items inside.
func (q *Queue[T]) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.items.len()
}

// TaskDone says that an item which was taken has been dealt with. It panics if
// more are done than were put.
func (q *Queue[T]) TaskDone() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.tasks == 0 {
		panic("green: Queue.TaskDone called more often than Put")
	}
	q.tasks--
	if q.tasks == 0 && q.joined != nil {
		close(q.joined)
		q.joined = nil
	}
}

// Join waits until TaskDone was called for every item. It yields only if it has to
// wait.
func (q *Queue[T]) Join() { q.JoinContext(context.Background()) }

// join returns what is closed when TaskDone was called for every item; nil if it was.
func (q *Queue[T]) join() <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.tasks > 0 && q.joined == nil {
		q.joined = make(chan struct{})
	}
	return q.joined
}

// visit lets a visitor in, and waits until it is served, or ctx is over. Its error is
// ErrClosed if the queue was closed.
func (q *Queue[T]) visit(ctx context.Context, line *list.List, v *visitor[T]) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if place := q.enter(line, v, true); place != nil {
		if err := q.stay(ctx, line, v, place); err != nil {
			return err
		}
	}
	if !v.ok {
		return ErrClosed
	}
	return nil
}

// stay waits, and leaves the line. Who serves v is done with it once the queue is unlocked.
func (q *Queue[T]) stay(ctx context.Context, line *list.List, v *visitor[T], place *list.Element) error {
	defer func() { // also for a thread that is killed
		q.mu.Lock()
		defer q.mu.Unlock()
		line.Remove(place)
	}()
	return v.waitContext(ctx)
}

// enter adds a visitor to a line. It returns its place there if it is to wait.
func (q *Queue[T]) enter(line *list.List, v *visitor[T], waits bool) (place *list.Element) {
	q.mu.Lock()
	defer q.mu.Unlock()
	place = line.PushBack(v)
	q.serve()
	if v.served() {
		return nil
	}
	if !waits {
		line.Remove(place)
		return nil
	}
	v.wake = make(chan struct{})
	return place
}

// serve lets everybody do what can be done.
func (q *Queue[T]) serve() {
	for {
		p, g, n := first[*visitor[T]](&q.putters), first[*visitor[T]](&q.getters), q.items.len()
		switch {
		case q.closed && p != nil:
			next(&q.putters, p)
		case p != nil && (q.limit < 0 || n < q.limit || n == 0 && g != nil):
			if next(&q.putters, p) {
				q.items.put(p.item)
				q.tasks++
				p.ok = true
			}
		case g != nil && n > 0:
			if next(&q.getters, g) {
				g.item = q.items.get()
				g.ok = true
			}
		case q.closed && g != nil:
			next(&q.getters, g)
		default:
			return
		}
	}
}

// next lets go the first in a line. It reports whether it can be served: it runs only
// once the queue is unlocked.
func next[T any](line *list.List, v *visitor[T]) bool {
	line.Remove(line.Front())
	ok := v.claim()
	v.release()
	return ok
}

type fifo[T any] struct {
	list []T
	head int // index of the first
}

func (f *fifo[T]) put(v T)  { f.list = append(f.list, v) }
func (f *fifo[T]) len() int { return len(f.list) - f.head }
func (f *fifo[T]) get() (v T) {
	v, f.list[f.head] = f.list[f.head], v
	if f.head++; f.head*2 > len(f.list) {
		f.list, f.head = slices.Delete(f.list, 0, f.head), 0
	}
	return v
}

type lifo[T any] struct{ list []T }

func (l *lifo[T]) put(v T)  { l.list = append(l.list, v) }
func (l *lifo[T]) len() int { return len(l.list) }
func (l *lifo[T]) get() T {
	last := len(l.list) - 1
	v := l.list[last]
	l.list = slices.Delete(l.list, last, last+1)
	return v
}

// least is a heap; items that are alike come in the order in which they were put.
type least[T any] struct {
	less func(a, b T) bool
	list []ranked[T]
	puts uint64
}

type ranked[T any] struct {
	item T
	rank uint64
}

func (h *least[T]) put(v T)  { h.puts++; heap.Push(h, ranked[T]{v, h.puts}) }
func (h *least[T]) get() T   { return heap.Pop(h).(ranked[T]).item }
func (h *least[T]) len() int { return len(h.list) }

// heap.Interface

func (h *least[T]) Len() int      { return len(h.list) }
func (h *least[T]) Swap(i, j int) { h.list[i], h.list[j] = h.list[j], h.list[i] }
func (h *least[T]) Push(x any)    { h.list = append(h.list, x.(ranked[T])) }
func (h *least[T]) Pop() any {
	last := len(h.list) - 1
	v := h.list[last]
	h.list = slices.Delete(h.list, last, last+1)
	return v
}
func (h *least[T]) Less(i, j int) bool {
	a, b := h.list[i], h.list[j]
	if h.less(a.item, b.item) {
		return true
	}
	return !h.less(b.item, a.item) && a.rank < b.rank
}
