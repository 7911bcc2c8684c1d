//go:build greenify_hub

package sync

import "unsafe"

// A writer that was killed while it waited for readers.
//
// RWMutex.Lock takes w, announces itself by making readerCount negative, adds the
// readers that there are to readerWait and waits for them. Readers that leave count
// themselves off both words, one after the other, so the announcement cannot be
// retracted: nobody knows which readers are between the two. It is abandoned instead,
// by a bit in readerWait (package runtime sets it while there are readers to wait for),
// and w is unlocked. From then on readerCount stays negative, and
//
//   - a reader that would wait for the writer joins those that the writer waited for,
//     while there are any (hubJoin, and in package runtime before it parks);
//   - the next writer takes the announcement over and waits in its place (hubWaits);
//   - else the last reader undoes it (hubUndo).
//
// Both of the latter hold w, so one of them does, and no writer announces itself before
// those who waited have been let in. So the mutex is to all as if the killed writer had
// never been there.

// hubAbandonedBit is in readerWait beside the number of readers, which is less.
const hubAbandonedBit = rwmutexMaxReaders

// hubAbandoned reports whether there are readers, and the writer who waits for them
// was killed.
func (rw *RWMutex) hubAbandoned() bool { return rw.readerWait.Load() > hubAbandonedBit }

// hubJoin tries to count a reader among those that a killed writer waited for.
func (rw *RWMutex) hubJoin() bool {
	n := rw.readerWait.Load()
	if n <= hubAbandonedBit || !rw.readerWait.CompareAndSwap(n, n+1) {
		return false
	}
	rw.readerCount.Add(1) // behind readerWait: nobody gets the lock meanwhile
	return true
}

// hubLeft is called by a reader who has left, with what is left of readerWait. It
// reports whether a writer waits for it.
func (rw *RWMutex) hubLeft(wait int32) bool {
	if wait == hubAbandonedBit {
		rw.hubUndo()
	}
	return wait == 0
}

// hubUndo undoes the announcement of a killed writer once all readers have left. If
// another one holds w, it takes the announcement over, or calls hubUndo.
func (rw *RWMutex) hubUndo() {
	for rw.readerWait.Load() == hubAbandonedBit && rw.w.TryLock() {
		if rw.readerWait.CompareAndSwap(hubAbandonedBit, 0) {
			for range rw.readerCount.Add(rwmutexMaxReaders) {
				runtime_Semrelease(&rw.readerSem, false, 0)
			}
		}
		rw.w.Unlock()
	}
}

// hubWaits is called by a writer that has found readers, or readerCount less than 0 by
// the announcement of a killed one. It reports whether there are readers to wait for.
func (rw *RWMutex) hubWaits(readers int32) bool {
	if readers > 0 {
		return rw.readerWait.Add(readers) != 0
	}
	for {
		n := rw.readerWait.Load()
		if rw.readerWait.CompareAndSwap(n, n-hubAbandonedBit) {
			rw.readerCount.Add(rwmutexMaxReaders) // one announcement is enough
			return n > hubAbandonedBit
		}
	}
}

// hubSetUnlock tells package runtime how a killed writer unlocks w.
func hubSetUnlock(func(rwmutex unsafe.Pointer))

func init() {
	hubSetUnlock(func(p unsafe.Pointer) {
		rw := (*RWMutex)(p)
		rw.w.Unlock()
		rw.hubUndo()
	})
}

// Inv: the index is 0.
var _ = [1]struct{}{}[hubAbandonedBit-1<<30]
