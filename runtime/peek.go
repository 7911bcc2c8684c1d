package green

import (
	"reflect"
	"sync"
	"sync/atomic"
	"unsafe"
)

// Package sync has no TryWait and no TryDo, so this package looks into a
// WaitGroup and a Once itself: for whether they would make the caller wait. In a
// Go release where they look different it does not, and the caller yields once
// too often, which is all it loses.

// waitGroup is how a sync.WaitGroup looks. The upper half of state counts.
type waitGroup struct {
	state atomic.Uint64
	sema  uint32
}

// once is how a sync.Once looks.
type once struct {
	done atomic.Bool
	m    sync.Mutex
}

var (
	knowWaitGroup = looksLike[sync.WaitGroup, waitGroup]() && func() bool {
		var g sync.WaitGroup
		g.Add(1)
		return (*waitGroup)(unsafe.Pointer(&g)).state.Load() == 1<<32
	}()
	knowOnce = looksLike[sync.Once, once]() && func() bool {
		var o sync.Once
		p := (*once)(unsafe.Pointer(&o))
		busy := false
		o.Do(func() { busy = !p.done.Load() && !p.m.TryLock() })
		return busy && p.done.Load() && p.m.TryLock()
	}()
)

// looksLike reports whether the fields of T, but for those without size, have
// the names, types and offsets of those of View.
func looksLike[T, View any]() bool {
	t, view := reflect.TypeFor[T](), reflect.TypeFor[View]()
	if t.Size() != view.Size() {
		return false
	}
	i := 0
	for f := range t.Fields() {
		if f.Type.Size() == 0 {
			continue
		}
		if i == view.NumField() {
			return false
		}
		v := view.Field(i)
		if f.Name != v.Name || f.Type != v.Type || f.Offset != v.Offset {
			return false
		}
		i++
	}
	return i == view.NumField()
}
