//go:build greenify_hub

package poll

// hubLeavePool and hubEnter bracket a call that waits for a disk, which a worker of
// the offload pool makes; provided by package runtime.
func hubLeavePool() (left bool)
func hubEnter(left bool)
