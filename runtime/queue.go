package green

import (
	"container/heap"
	"errors"
	"iter"
	"slices"
	"sync"
)

// ErrClosed is the error of Put in a Queue that is closed.
var ErrClosed = errors.New("green: queue closed")

// A Queue holds items for other threads to take. Use a channel unless you need
// another order, no limit, Join, or a Put that may meet Close. Threads that wait
// are served first come first served, and lose nothing when they are killed.
// (eventlet.queue)
type Queue[T any] struct {
	mu      sync.Mutex
	limit   int // of items; negative: none
	items   shelf[T]
	getters []*visitor[T]
	putters []*visitor[T]
	closed  bool
	tasks   int           // put and not yet done
	joined  chan struct{} // of those who wait for tasks to be 0
}

// A visitor waits to put or get an item.
type visitor[T any] struct {
	item   T
	served bool
	wake   chan struct{} // closed once it is served or the queue is closed. Inv: then it is in no list
}

// A shelf keeps the items in some order.
type shelf[T any] interface {
	put(T)
	get() T   // the next
	unget(T)  // what get returned
	len() int // number of items
}

// NewQueue returns a queue that is first in first out and holds limit items. If
// limit is 0, Put waits until the item is taken; if it is negative there is no
// limit.
func NewQueue[T any](limit int) *Queue[T] { return &Queue[T]{limit: limit, items: &fifo[T]{}} }

// NewStack returns a queue that is last in first out. (LifoQueue)
func NewStack[T any](limit int) *Queue[T] { return &Queue[T]{limit: limit, items: &lifo[T]{}} }

// NewPriorityQueue returns a queue of which the least item comes first.
func NewPriorityQueue[T any](limit int, less func(a, b T) bool) *Queue[T] {
	return &Queue[T]{limit: limit, items: &least[T]{less: less}}
}

// Put adds an item. It waits while the queue is full, and yields only then. It
// returns ErrClosed if the queue is or gets closed.
func (q *Queue[T]) Put(item T) error {
	v := &visitor[T]{item: item, wake: make(chan struct{})}
	if !q.enter(&q.putters, v) {
		defer q.leave(&q.putters, v)
		Recv(v.wake)
	}
	if !v.served {
		return ErrClosed
	}
	return nil
}

// TryPut adds an item if that does not have to wait. It does not yield.
func (q *Queue[T]) TryPut(item T) bool {
	v := &visitor[T]{item: item, wake: make(chan struct{})}
	if !q.enter(&q.putters, v) {
		q.leave(&q.putters, v)
	}
	return v.served
}

// Get takes the next item. It waits while the queue is empty, and yields only
// then. It reports false if the queue is closed and empty.
func (q *Queue[T]) Get() (item T, ok bool) {
	v := &visitor[T]{wake: make(chan struct{})}
	if !q.enter(&q.getters, v) {
		got := false
		defer func() {
			if !got && !q.leave(&q.getters, v) && v.served { // killed
				q.mu.Lock()
				defer q.mu.Unlock()
				q.items.unget(v.item)
				q.serve()
			}
		}()
		Recv(v.wake)
		got = true
	}
	return v.item, v.served
}

// TryGet takes the next item if there is one. It does not yield.
func (q *Queue[T]) TryGet() (item T, ok bool) {
	v := &visitor[T]{wake: make(chan struct{})}
	if !q.enter(&q.getters, v) {
		q.leave(&q.getters, v)
	}
	return v.item, v.served
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
func (q *Queue[T]) Join() {
	q.mu.Lock()
	if q.tasks == 0 {
		q.mu.Unlock()
		return
	}
	if q.joined == nil {
		q.joined = make(chan struct{})
	}
	joined := q.joined
	q.mu.Unlock()
	Recv(joined)
}

// enter adds a visitor to a list, and reports whether it need not wait.
func (q *Queue[T]) enter(list *[]*visitor[T], v *visitor[T]) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	*list = append(*list, v)
	q.serve()
	select {
	case <-v.wake:
		return true
	default:
		return false
	}
}

// leave takes a visitor out of a list, and reports whether it still was in.
func (q *Queue[T]) leave(list *[]*visitor[T], v *visitor[T]) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.Index(*list, v)
	if i >= 0 {
		*list = slices.Delete(*list, i, i+1)
	}
	return i >= 0
}

// serve lets everybody do what can be done.
func (q *Queue[T]) serve() {
	for {
		switch {
		case q.closed && len(q.putters) > 0:
			next(&q.putters).dismiss(false)
		case len(q.putters) > 0 && (q.limit < 0 || q.items.len() < q.limit || len(q.getters) > q.items.len()):
			v := next(&q.putters)
			q.items.put(v.item)
			q.tasks++
			v.dismiss(true)
		case len(q.getters) > 0 && q.items.len() > 0:
			v := next(&q.getters)
			v.item = q.items.get()
			v.dismiss(true)
		case q.closed && len(q.getters) > 0:
			next(&q.getters).dismiss(false)
		default:
			return
		}
	}
}

func next[T any](list *[]*visitor[T]) *visitor[T] {
	v := (*list)[0]
	*list = slices.Delete(*list, 0, 1)
	return v
}

func (v *visitor[T]) dismiss(served bool) {
	v.served = served
	close(v.wake)
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
func (f *fifo[T]) unget(v T) { f.list = slices.Insert(f.list, f.head, v) }

type lifo[T any] struct{ list []T }

func (l *lifo[T]) put(v T)   { l.list = append(l.list, v) }
func (l *lifo[T]) unget(v T) { l.put(v) }
func (l *lifo[T]) len() int  { return len(l.list) }
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

func (h *least[T]) put(v T)   { h.puts++; heap.Push(h, ranked[T]{v, h.puts}) }
func (h *least[T]) unget(v T) { heap.Push(h, ranked[T]{v, 0}) }
func (h *least[T]) get() T    { return heap.Pop(h).(ranked[T]).item }
func (h *least[T]) len() int  { return len(h.list) }

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
