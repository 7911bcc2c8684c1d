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
