//go:build greenify_hub && greenify_sim

package syscall

import (
	"internal/runtime/syscall/linux"
	"unsafe"
)

// Who the process is, as Go code asks the kernel (runtime/greenify_sim_self.go), and what
// a schedule does that is real (runtime/greenify_sim_real.go).

//go:linkname simSelfOne runtime.hubSelf
var simSelfOne struct {
	pid, ppid         uintptr
	realPid, realPpid uintptr
	outside           bool
}

//go:linkname hubRealSocket
func hubRealSocket()

//go:linkname hubRealChild
func hubRealChild()

//go:linkname hubRealFile
//go:noescape
func hubRealFile(how int, folder, path, flags uintptr)

const (
	simRealOpens = iota // hubRealOpens, ...
	simRealMakes
	simRealChanges
)

// simHost is the name of the machine.
const simHost = "simulated"

// hubPid is Getpid, and hubPpid Getppid; 0: the kernel's.
//
//go:norace
func hubPid() int { return int(simSelfOne.pid) }

//go:norace
func hubPpid() int { return int(simSelfOne.ppid) }

// simProcess returns the kernel's number of a process, or group, for one of the program's.
//
//go:nosplit
//go:norace
func simProcess(pid uintptr) uintptr {
	s := &simSelfOne
	switch n := int32(pid); {
	case s.ppid == 0 || n == 0:
	case n == int32(s.pid):
		return s.realPid
	case n == -int32(s.pid):
		return -s.realPid
	case n == int32(s.ppid):
		return s.realPpid
	}
	return pid
}

// simProcs are paths that simProc has returned last: a call may wait with one, as open does
// for a pipe that has a name.
var simProcs struct {
	paths [16][256]byte
	next  uint
}

// simProc returns the path that names, for the kernel, what one below /proc/PID names for
// the program.
//
//go:nosplit
//go:norace
func simProc(path uintptr) uintptr {
	const proc = "/proc/"
	if simSelfOne.pid == 0 || path < 4096 {
		return path
	}
	p := (*[len(proc) + 8]byte)(simPointer(path))
	for i := range len(proc) {
		if p[i] != proc[i] {
			return path // where it differs it may end
		}
	}
	n, i := uintptr(0), len(proc)
	for ; i < len(p)-1 && '0' <= p[i] && p[i] <= '9'; i++ {
		n = 10*n + uintptr(p[i]-'0')
	}
	if n != simSelfOne.pid || p[i] != '/' && p[i] != 0 {
		return path
	}
	to := &simProcs.paths[simProcs.next%uint(len(simProcs.paths))]
	const self = "/proc/self"
	length := len(self)
	for k := range length {
		to[k] = self[k]
	}
	for ; length < len(to); length++ {
		b := *(*byte)(unsafe.Add(unsafe.Pointer(p), i))
		if to[length] = b; b == 0 {
			simProcs.next++
			return uintptr(unsafe.Pointer(to))
		}
		i++
	}
	return path
}

// uname answers with a name of the machine that is the same on all.
//
//go:norace
func (c *simCall) uname() (uintptr, Errno) {
	if _, _, err := linux.Syscall6(SYS_UNAME, c.where(c.a[1]), 0, 0, 0, 0, 0); err != 0 {
		return 0, Errno(err)
	}
	name := &(*Utsname)(c.at(c.a[1])).Nodename
	for i := range name {
		name[i] = 0
		if i < len(simHost) {
			name[i] = int8(simHost[i])
		}
	}
	return 0, 0
}
