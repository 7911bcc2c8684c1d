//go:build greenify_hub && greenify_sim

package sysrand

import _ "unsafe" // for linkname

// hubSimRead fills b from the seed, if there is one; provided by package runtime.
//
//go:linkname hubSimRead
func hubSimRead(b []byte) bool
