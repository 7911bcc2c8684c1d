package green

import "slices"

// A Local is a variable of which every thread has its own value: unset in the
// beginning, or inherited. The zero Local is not inherited. A Local is used by
// pointer, as a package's variable. It never yields. (corolocal.local)
type Local[T any] struct {
	inherited bool
}

// Inherited returns a Local whose value a new thread takes over from the one
// that starts it. In a program built by greenify every goroutine does, elsewhere
// those that this package starts (Go excepted).
func Inherited[T any]() *Local[T] { return &Local[T]{inherited: true} }

// Get returns the calling thread's value, and whether it has one.
func (l *Local[T]) Get() (v T, ok bool) {
	d := data()
	if d == nil {
		return v, false
	}
	for _, b := range d.bindings {
		if b.key == any(l) {
			return b.value.(T), true
		}
	}
	return v, false
}

// Set gives the calling thread a value. Unless the program was built by greenify
// this works only in a thread that has a Handle (Current) and inside With; it
// panics elsewhere, since nothing would ever take the value away.
func (l *Local[T]) Set(v T) {
	d := data()
	if d == nil {
		if !goroutineData {
			panic("green: Local.Set in a goroutine that this package did not start: use Local.With")
		}
		d = &threadData{id: thisThread().id}
	}
	setData(&threadData{d.handle, bind(d.bindings, binding{l, v, l.inherited}), d.id})
}

// With calls f with another value, which ends with f.
func (l *Local[T]) With(v T, f func()) {
	before := data()
	d := threadData{id: thisThread().id}
	if before != nil {
		d = *before
	}
	d.bindings = bind(d.bindings, binding{l, v, l.inherited})
	setData(&d)
	defer setData(before)
	f()
}

// threadData is what this package keeps of a thread. It is not changed once set:
// a new thread may have its parent's.
type threadData struct {
	handle   *Handle
	bindings []binding
	id       uint64 // of the thread's goroutine
}

type binding struct {
	key       any
	value     any
	inherited bool
}

func bind(list []binding, b binding) []binding {
	list = slices.Clone(list)
	for i := range list {
		if list[i].key == b.key {
			list[i] = b
			return list
		}
	}
	return append(list, b)
}

// inherited returns what a thread that the caller starts inherits.
func inherited() (list []binding) {
	if d := data(); d != nil {
		list = heritage(d.bindings)
	}
	return list
}

func heritage(bindings []binding) (list []binding) {
	for _, b := range bindings {
		if b.inherited {
			list = append(list, b)
		}
	}
	return list
}
