//go:build greenify_hub && linux

package os

import (
	"internal/poll"
	"internal/strconv"
	"internal/stringslite"
	"internal/syscall/unix"
	"syscall"
)

// A child is waited for through its pidfd, which the poller finds readable once the
// process has ended: the wait is that for a descriptor, needs no OS thread, and can be
// cut. A thread that is killed in it leaves the process as it is, to run on, and to be
// waited for again.

// hubPolls reports whether the caller is a green thread, and others run while it waits
// for a descriptor of this package; provided by package runtime.
func hubPolls() bool

// hubWaitid is waitid for the pidfd of p.
func (p *Process) hubWaitid(pidfd int, info *unix.SiginfoChild, rusage *syscall.Rusage) (err error) {
	if hubPolls() {
		ended := func(uintptr) bool {
			err = ignoringEINTR(func() error {
				return unix.Waitid(unix.P_PIDFD, pidfd, info, syscall.WEXITED|syscall.WNOHANG, rusage)
			})
			return err != nil || info.Pid != 0
		}
		if ended(0) { // or it is no child
			return err
		}
		if fd := p.hubPollable(pidfd); fd != nil {
			defer fd.Close()
			if fd.RawRead(ended) == nil {
				return err
			}
		}
	}
	defer hubEnter(hubLeave())
	return unix.Waitid(unix.P_PIDFD, pidfd, info, syscall.WEXITED, rusage)
}

// hubPollable returns a copy of the pidfd in the poller; nil if that is not possible, or
// no use. The copy is of one wait alone: the poller takes a descriptor once, and several
// threads may wait for one process.
func (p *Process) hubPollable(pidfd int) *poll.FD {
	if p.hubTraced() {
		return nil
	}
	n, err := unix.Fcntl(pidfd, syscall.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil // no descriptor is free
	}
	fd := &poll.FD{Sysfd: n}
	if fd.Init("file", true) != nil {
		syscall.Close(n) // the poller does not take it
		return nil
	}
	return fd
}

// hubTraced reports whether somebody traces the process, or that cannot be told.
// Package os then returns when it stops as well, which the pidfd does not say.
func (p *Process) hubTraced() bool {
	var fd, n int
	var buf [512]byte
	err := ignoringEINTR(func() (err error) {
		fd, err = syscall.Open("/proc/"+strconv.Itoa(p.Pid)+"/status", syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
		return err
	})
	if err != nil {
		return true
	}
	defer syscall.Close(fd)
	ignoringEINTR(func() (err error) {
		n, err = syscall.Read(fd, buf[:])
		return err
	})
	return stringslite.Index(string(buf[:max(n, 0)]), "\nTracerPid:\t0\n") < 0
}
