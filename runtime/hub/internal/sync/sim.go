//go:build greenify_hub && greenify_sim

package sync

import "unsafe"

// hubAt is a point at which another thread may run; provided by package runtime.
//
//go:linkname hubAt
func hubAt(object unsafe.Pointer)

func hubAtMutex(m *Mutex) { hubAt(unsafe.Pointer(m)) }
