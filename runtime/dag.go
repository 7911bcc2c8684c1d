package green

import (
	"fmt"
	"slices"
)

// A DAG runs functions by key, each once the values of the keys that it needs are
// there. The zero DAG is empty. (eventlet.dagpool.DAGPool)
type DAG[K comparable, V any] struct {
	mu     mutex
	events map[K]*dagEvent[V]
	needs  map[K][]K // of what was spawned
}

type dagEvent[V any] struct {
	Event[V]
	task *Handle // nil for a value that was set, and while only waited for
	set  bool    // somebody has promised a value
}

// A DependencyError says that a key has no value because another has none.
type DependencyError[K comparable] struct {
	Key K     // that failed
	Err error // why
}

func (e *DependencyError[K]) Error() string { return fmt.Sprintf("dependency %v: %v", e.Key, e.Err) }
func (e *DependencyError[K]) Unwrap() error { return e.Err }

// A CycleError says that a key would need itself.
type CycleError[K comparable] struct {
	Keys []K // each needs the next; the last is the first
}

func (e *CycleError[K]) Error() string {
	text := fmt.Sprintf("green: DAG: %v needs %v", e.Keys[0], e.Keys[1])
	for _, key := range e.Keys[2:] {
		text += fmt.Sprintf(", which needs %v", key)
	}
	return text
}

func (d *DAG[K, V]) event(key K, set bool, needs ...K) (e *dagEvent[V], err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.events == nil {
		d.events, d.needs = map[K]*dagEvent[V]{}, map[K][]K{}
	}
	if e = d.events[key]; e == nil {
		e = &dagEvent[V]{}
	}
	if set {
		if e.set {
			return nil, fmt.Errorf("green: DAG: key %v is there already", key)
		}
		if path := d.path(needs, key, map[K]bool{}); path != nil {
			return nil, &CycleError[K]{append([]K{key}, path...)}
		}
		e.set = true
		d.needs[key] = needs
	}
	d.events[key] = e
	return e, nil
}

// path returns the keys by which one of from waits for to, nil if none does.
func (d *DAG[K, V]) path(from []K, to K, seen map[K]bool) []K {
	for _, key := range from {
		if key == to {
			return []K{key}
		}
		if e := d.events[key]; seen[key] || e != nil && e.happened() {
			continue
		}
		seen[key] = true
		if path := d.path(d.needs[key], to, seen); path != nil {
			return append([]K{key}, path...)
		}
	}
	return nil
}

// Set gives a key its value. It fails if the key has one or a function for it.
func (d *DAG[K, V]) Set(key K, v V) error {
	e, err := d.event(key, true)
	if err == nil {
		e.Send(v)
	}
	return err
}

// Spawn starts a thread that waits for the values of needs, which may be added
// later, and then calls f with them for the value of key. If one of them fails, so
// does key, with a *DependencyError. It fails if the key has a value or a function.
func (d *DAG[K, V]) Spawn(key K, needs []K, f func(in map[K]V) (V, error)) error {
	needs = slices.Clone(needs)
	e, err := d.event(key, true, needs...)
	if err != nil {
		return err
	}
	t := Spawn(func() (v V, err error) {
		in := make(map[K]V, len(needs))
		for _, need := range needs {
			if in[need], err = d.Wait(need); err != nil {
				return v, &DependencyError[K]{need, err}
			}
		}
		return f(in)
	})
	t.Link(func(*Handle) {
		if v, err := t.Wait(); err != nil {
			e.SendError(err)
		} else {
			e.Send(v)
		}
	})
	d.mu.Lock()
	e.task = t.Handle
	d.mu.Unlock()
	return nil
}

// Wait waits for the value of a key, which may be added later.
func (d *DAG[K, V]) Wait(key K) (V, error) {
	e, _ := d.event(key, false)
	return e.Wait()
}

// Kill kills the thread of a key, which then fails with ErrKilled.
func (d *DAG[K, V]) Kill(key K) error {
	d.mu.Lock()
	var t *Handle
	if e := d.events[key]; e != nil {
		t = e.task
	}
	d.mu.Unlock()
	if t == nil {
		return nil
	}
	return t.Kill()
}
