package main

import (
	"syscall"
	"unsafe"
)

// nanosleep sleeps by a system call of number and arguments alone, which goes on
// after each signal by which the Go scheduler tries to preempt it.
func nanosleep(call func(trap, a1, a2, a3 uintptr) (r1, r2 uintptr, err syscall.Errno)) {
	left := syscall.NsecToTimespec(int64(pause))
	for {
		p := uintptr(unsafe.Pointer(&left))
		if _, _, err := call(syscall.SYS_NANOSLEEP, p, p, 0); err != syscall.EINTR {
			return
		}
	}
}
