//go:build greenify_hub

package sync

import _ "unsafe" // for linkname

// hubLate is not 0 while the green thread that runs has had its time slice; of
// package runtime.
//
//go:linkname hubLate runtime.hubLate
var hubLate int32

// hubSlice yields if the calling thread has had its time slice; provided by package
// runtime.
//
//go:linkname hubSlice
func hubSlice()
