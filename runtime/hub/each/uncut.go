//go:build greenify_hub

package each

import _ "unsafe" // for linkname

// hubUncut has a kill of the current thread wait (1), or ends that (-1): around what
// unlocks a lock, waits and locks it again, or must have turned something off when it ends.
// Provided by package runtime.
//
//go:linkname hubUncut
func hubUncut(n int8)
