//go:build greenify_hub && greenify_sim

package sync

import "unsafe"

// hubAt is a point at which another thread may run; provided by package runtime.
func hubAt(object unsafe.Pointer)

// hubHold has the thread keep the hub (1), or ends that (-1); provided by package runtime.
func hubHold(n int8)

func hubAtRWMutex(rw *RWMutex) { hubAt(unsafe.Pointer(rw)) }

func hubAtWaitGroup(wg *WaitGroup) { hubAt(unsafe.Pointer(wg)) }
