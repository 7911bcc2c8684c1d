package green

import "unsafe"

// The labels of runtime/pprof, which a goroutine inherits from the one that starts it:
// for where that is not the one that asked for it. Package runtime lets others have
// these two functions.

//go:linkname profLabel runtime/pprof.runtime_getProfLabel
func profLabel() unsafe.Pointer

//go:linkname setProfLabel runtime/pprof.runtime_setProfLabel
func setProfLabel(labels unsafe.Pointer)
