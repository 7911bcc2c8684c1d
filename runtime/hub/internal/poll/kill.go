//go:build greenify_hub

package poll

import "unsafe"

// hubClosed is runtime_Semacquire for Close, which waits for the others that use the descriptor: of who is
// killed there nothing is to be undone. Provided by package runtime.
func hubClosed(sema *uint32)

// The runtime undoes a killed waiter's part of the mutex of a descriptor
// (runtime/greenify_kill.go). Inv: each index is 0.
var _ = [1]struct{}{}[unsafe.Offsetof(fdMutex{}.state)+unsafe.Offsetof(fdMutex{}.rsema)-8]
var _ = [1]struct{}{}[unsafe.Offsetof(fdMutex{}.wsema)-12]
var _ = [1]struct{}{}[mutexRWait-1<<23]
var _ = [1]struct{}{}[mutexWWait-1<<43]
var _ = [1]struct{}{}[mutexRMask/mutexRWait-(1<<20-1)]
var _ = [1]struct{}{}[mutexWMask/mutexWWait-(1<<20-1)]
