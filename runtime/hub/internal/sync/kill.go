//go:build greenify_hub

package sync

import "unsafe"

// The runtime undoes a killed waiter's part of a mutex (runtime/greenify_kill.go).
// Inv: each index is 0.
var _ = [1]struct{}{}[unsafe.Offsetof(Mutex{}.state)+unsafe.Offsetof(Mutex{}.sema)-4]
var _ = [1]struct{}{}[mutexLocked-1]
var _ = [1]struct{}{}[mutexStarving-4]
var _ = [1]struct{}{}[mutexWaiterShift-3]
