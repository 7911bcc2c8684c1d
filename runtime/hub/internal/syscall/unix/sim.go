//go:build greenify_hub && greenify_sim

package unix

import (
	"internal/runtime/syscall/linux"
	"syscall"
)

// hubFcntl is Fcntl for a simulated descriptor: the runtime's own call passes none of
// those that are simulated.
func hubFcntl(fd, cmd, arg int) (val int, err error, sim bool) {
	if uint(fd)-linux.HubSimBase >= linux.HubSimFiles {
		return 0, nil, false
	}
	r, _, errno := syscall.Syscall(syscall.SYS_FCNTL, uintptr(fd), uintptr(cmd), uintptr(arg))
	if errno != 0 {
		return -1, errno, true
	}
	return int(r), nil, true
}
