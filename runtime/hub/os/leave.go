//go:build greenify_hub

package os

// hubLeave and hubEnter bracket a system call that is known to block, so that
// the hub need not be rescued from it; provided by package runtime.
func hubLeave() (left bool)
func hubEnter(left bool)
