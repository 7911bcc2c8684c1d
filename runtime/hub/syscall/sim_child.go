//go:build greenify_hub && greenify_sim

package syscall

import _ "unsafe" // for linkname

// Child processes, this side of them (runtime/greenify_sim_child.go).

//go:linkname hubChildren runtime.hubChildren
var hubChildren uint32

//go:linkname hubChildBefore
func hubChildBefore()

//go:linkname hubChildStarted
func hubChildStarted(pid int)

//go:linkname hubHold
func hubHold(n int8)

// simTells reports whether a call may tell how far the children of the process are, or changes
// what these find.
//
//go:nosplit
//go:norace
func simTells(trap, a1 uintptr) bool {
	switch simCalls[trap] {
	case simFirst:
		if _, sim := simReal(a1); sim {
			return false
		}
		switch trap {
		case SYS_CLOSE, SYS_DUP, SYS_DUP3, SYS_FCNTL, SYS_BIND, SYS_LISTEN, SYS_GETSOCKNAME, SYS_GETSOCKOPT, SYS_SETSOCKOPT:
			return false
		}
		return true
	case simCopies, simSends, simPolls, simKills, simPath, simOpens, simMakesFolder, simChanges, simChangesAt, simChangesHere:
		return true
	}
	return trap == SYS_WAIT4 || trap == SYS_WAITID || trap == SYS_GETDENTS64
}

// hubChildStatus is readlen for what a new child tells: the thread keeps the hub.
func hubChildStatus(fd int, p *byte, n int) (int, error) {
	hubHold(1)
	n, err := readlen(fd, p, n)
	hubHold(-1)
	return n, err
}

// hubChildWait is Wait4 for one that has not become what it was to be.
func hubChildWait(pid int, status *WaitStatus, options int, usage *Rusage) (int, error) {
	hubHold(1)
	pid, err := Wait4(pid, status, options, usage)
	hubHold(-1)
	return pid, err
}
