//go:build greenify

package green

import _ "unsafe" // for the functions that package runtime of the private toolchain provides by linkname

func inHub() bool
func enabled() bool
func leave() bool
func enter()
func threads(buf []record) int
func stats() (spawned, alive, peak, switches, yields, rescued uint64)
