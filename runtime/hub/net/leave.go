//go:build greenify_hub

package net

// hubLeave and hubEnter bracket a call into the C library that is known to block, so that
// the hub need not be rescued from it; provided by package runtime.
func hubLeave() (left bool)
func hubEnter(left bool)
