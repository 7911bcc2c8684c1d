//go:build greenify_hub

package sync

import _ "unsafe" // for linkname

// hubLate is not 0, and above each count of readers, while the green thread that runs
// has had its time slice; of package runtime.
//
//go:linkname hubLate runtime.hubLate
var hubLate int32

// hubSlice yields if the calling thread has had its time slice; provided by package
// runtime.
func hubSlice()

// hubSliceHeld is hubSlice where the caller has a lock; provided by package runtime.
func hubSliceHeld()

// hubRLockSlow is the rest of RLock if a writer waits, or if the thread has had its time
// slice: then it yields with the lock held.
func (rw *RWMutex) hubRLockSlow(readers int32) {
	if readers < 0 {
		runtime_SemacquireRWMutexR(&rw.readerSem, false, 1)
	} else {
		hubSliceHeld()
	}
}
