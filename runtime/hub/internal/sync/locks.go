//go:build greenify_hub

package sync

import "unsafe"

// hubLock is what a Mutex knows with -locks. The runtime has the same
// (runtime/greenify_locks.go).
type hubLock struct {
	holder    uint64 // number of the goroutine that has locked it, 0 while it is free
	at, first uint16 // where it was locked, now and first
	handed    bool   // one goroutine has locked it and another unlocked it
}

func (l *hubLock) locked() {
	l.holder, l.at = hubHolder(), hubHere()
	if l.first == 0 {
		l.first = l.at
	}
}

// unlocked is called before the mutex is free.
func (l *hubLock) unlocked() {
	if l.holder != hubHolder() {
		l.handed = true
	}
	l.holder = 0
}

// hubHolder returns the number of the goroutine, hubHere the place of its caller's
// caller; provided by package runtime.

//go:linkname hubHolder
func hubHolder() uint64

//go:linkname hubHere
func hubHere() uint16

// Inv: each index is 0.
var _ = [1]struct{}{}[unsafe.Sizeof(Mutex{})-8-hubLocks*unsafe.Sizeof(hubLock{})]
var _ = [1]struct{}{}[unsafe.Sizeof(hubLock{})-16]
