//go:build greenify_hub

package syscall

import _ "unsafe" // for linkname

// hubUncut has a kill of the current thread wait (1), or ends that (-1): around what
// unlocks a lock, waits and locks it again. Provided by package runtime.
//
//go:linkname hubUncut
func hubUncut(n int8)
