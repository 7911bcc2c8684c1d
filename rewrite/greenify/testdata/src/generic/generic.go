package generic // want `not registered`

import "sync"

type list[T any] struct {
	sync.RWMutex
	items []T
	in    chan T
}

func (l *list[T]) add(v T) {
	l.Lock() // want `green.Lock`
	l.items = append(l.items, v)
	l.Unlock()
	l.in <- v // want `green.Send`
}

func (l *list[T]) get() T {
	l.RLock() // want `green.RLock`
	defer l.RUnlock()
	return <-l.in // want `green.Recv`
}

func first[C ~chan E | ~<-chan E, E any](c C) E {
	for v := range c { // want `green.Range`
		return v
	}
	return <-c // want `green.Recv`
}

type lockable[T any] struct{ sync.Mutex }

type pair[K comparable, V any] struct {
	*lockable[K]
	values chan V
}

func (p pair[_, V]) swap(v V) (old V) {
	p.Lock() // want `green.Lock`
	defer p.Unlock()
	p.values <- v         // want `green.Send`
	lock := p.Mutex.Lock  // want `sync.\(\*Mutex\).Lock cannot be patched here: the receiver of the method value may change`
	defer lock()
	return <-p.values // want `green.Recv`
}

func locks[T any, P interface {
	*T
	sync.Locker
}](p P) {
	p.Lock() // want `green.Lock`
	p.Unlock()
}
