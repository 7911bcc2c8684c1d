//go:build greenify_hub && greenify_sim

package godebug

import _ "unsafe" // for linkname

// hubHold has the thread keep the hub (1), or ends that (-1). Provided by package runtime.
//
//go:linkname hubHold
func hubHold(n int8)
