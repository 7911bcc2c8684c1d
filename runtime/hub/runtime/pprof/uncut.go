//go:build greenify_hub

package pprof

import _ "unsafe" // for linkname

// hubUncut has a kill of the current thread wait (1), or ends that (-1): around what turns
// off what is one of a kind in the program. Provided by package runtime.
//
//go:linkname hubUncut
func hubUncut(n int8)
