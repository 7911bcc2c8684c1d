//go:build greenify_hub

package sync

import (
	"sync/atomic"
	_ "unsafe" // for linkname
)

// hubReaders is what an RWMutex knows of its readers with -locks. The runtime has the
// same (runtime/greenify_locks.go).
type hubReaders struct {
	readers [8]struct {
		id atomic.Uint64 // number of the goroutine, 0 if there is none
		at uint16        // where it has locked it
	}
	unsure atomic.Bool // there were more readers at once, or one locked and another unlocked it
}

func (l *hubReaders) locked() {
	id, at := hubHolder(), hubHere()
	for i := range l.readers {
		if r := &l.readers[i]; r.id.CompareAndSwap(0, id) {
			r.at = at
			return
		}
	}
	l.unsure.Store(true)
}

// unlocked is called before the reader leaves.
func (l *hubReaders) unlocked() {
	id := hubHolder()
	for i := range l.readers {
		if l.readers[i].id.CompareAndSwap(id, 0) {
			return
		}
	}
	l.unsure.Store(true)
}

// As in internal/sync.

func hubHolder() uint64
func hubHere() uint16
