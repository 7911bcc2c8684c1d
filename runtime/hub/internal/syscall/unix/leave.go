//go:build greenify_hub

package unix

import _ "unsafe" // for linkname: cmd/go lets only some packages have functions without a body

// hubLeavePool and hubEnter bracket a call that waits for a disk, which a worker of
// the offload pool makes; provided by package runtime.
//
//go:linkname hubLeavePool
func hubLeavePool() (left bool)

//go:linkname hubEnter
func hubEnter(left bool)
