//go:build greenify_hub && greenify_sim

package os

// hubAwaitsChild says that a thread waits for a child process, which is real, from now on
// (1) or no more (-1); provided by package runtime.
func hubAwaitsChild(n int32)
