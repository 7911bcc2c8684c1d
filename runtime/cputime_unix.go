//go:build unix && !greenify

package green

import (
	"syscall"
	"time"
)

// processorTime is what the process has used.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return time.Since(hubEpoch)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
