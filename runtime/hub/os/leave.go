//go:build greenify_hub

package os

// hubLeave and hubEnter bracket a system call that is known to block, so that
// the hub need not be rescued from it; hubLeavePool is hubLeave for one that waits
// for a disk, which a worker of the offload pool makes. Provided by package runtime.
func hubLeave() (left bool)
func hubLeavePool() (left bool)
func hubEnter(left bool)
