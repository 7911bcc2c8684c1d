// What is documented as not covered keeps the hub, and the ticker stands still: a
// computation that never waits, and a system call that package runtime is not told
// of. Under plain Go it goes on beside the computation.
package main

import (
	"syscall"
	"time"
	"unsafe"

	"behaviours/internal/check"

	green "github.com/greenify-go/greenify/runtime"
)

const long = 200 * time.Millisecond

func compute() {
	for end := time.Now().Add(long); time.Now().Before(end); {
	}
}

func rawSleep() {
	ts := syscall.NsecToTimespec(long.Nanoseconds())
	syscall.RawSyscall(syscall.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&ts)), 0, 0)
}

func main() {
	if green.Enabled() { // plain Go cannot use its processor meanwhile either, but perhaps another one
		check.Equal("ticks in a computation", check.Ticks(compute), 0)
		check.Equal("ticks in RawSyscall", check.Ticks(rawSleep), 0)
	} else {
		check.That(check.Ticked(compute), "ticks in a computation")
	}
	check.That(check.Ticked(func() { time.Sleep(long) }), "ticks in a sleep")
}
