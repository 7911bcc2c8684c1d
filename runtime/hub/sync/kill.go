//go:build greenify_hub

package sync

import "unsafe"

// hubPoint is called as Cond.Wait returns: a thread that was killed in it unwinds
// now that it holds c.L, which its caller's deferred calls expect to be locked.
// Provided by package runtime.
func hubPoint()

// hubStartHere says that the next thread is started where the caller was called;
// provided by package runtime.
func hubStartHere()

func hubSetStandIn(func(unsafe.Pointer))

func init() { hubSetStandIn(hubStandIn) }

// hubStandIn waits, in place of a thread that was killed in RWMutex.Lock, for
// the readers to leave, and unlocks.
func hubStandIn(p unsafe.Pointer) {
	go func() {
		rw := (*RWMutex)(p)
		runtime_SemacquireRWMutex(&rw.writerSem, false, 0)
		rw.Unlock()
	}()
}

// The runtime undoes a killed waiter's part of these (runtime/greenify_kill.go).
// Inv: each index is 0.
var _ = [1]struct{}{}[unsafe.Offsetof(Mutex{}.mu)+
	unsafe.Offsetof(WaitGroup{}.state)+unsafe.Offsetof(WaitGroup{}.sema)-8+
	unsafe.Offsetof(RWMutex{}.w)]
var _ = [1]struct{}{}[unsafe.Sizeof(Mutex{})-8-hubLocks*16]
var _ = [1]struct{}{}[unsafe.Offsetof(RWMutex{}.writerSem)-unsafe.Sizeof(Mutex{})]
var _ = [1]struct{}{}[unsafe.Offsetof(RWMutex{}.readerSem)-unsafe.Sizeof(Mutex{})-4]
var _ = [1]struct{}{}[unsafe.Offsetof(RWMutex{}.readerCount)-unsafe.Sizeof(Mutex{})-8]
var _ = [1]struct{}{}[unsafe.Sizeof(RWMutex{})-24-hubLocks*(16+unsafe.Sizeof(hubReaders{}))]
var _ = [1]struct{}{}[unsafe.Offsetof(Cond{}.notify)-16]
