//go:build greenify_hub && greenify_sim

package runtime

import (
	"internal/strconv"
	"internal/stringslite"
	_ "unsafe" // for linkname
)

// Who the process is: its number, its parent's, and the name of its machine. They are the
// same for a program wherever it runs, and each time. A number is above all that the kernel
// hands out (PID_MAX_LIMIT), and stands for the real one in system calls.
//
// A child of a simulated process is known to its parent by the kernel's number, and has
// that. What the parent has for itself, the child has for it.

// hubSelf is that, for package syscall as well; its numbers are 0 if they are the kernel's.
//
//go:linkname hubSelf
var hubSelf struct {
	pid, ppid         uintptr
	realPid, realPpid uintptr
	outside           bool // a child of a simulated process: whoever it talks to is in another one
}

const hubSelfBase = 1 << 22 // PID_MAX_LIMIT

// hubSelfInit finds out who the process is, and tells its own children by the environment.
func hubSelfInit() {
	const mark = "GREENIFY_SIM_CHILD="
	s := &hubSelf
	s.realPid = uintptr(getpid())
	s.realPpid, _ = hubCall(sysGetppid)
	at := -1
	for i, e := range envs {
		if value, ok := stringslite.CutPrefix(e, mark); ok {
			at = i
			// What the parent is, and what it is to itself.
			if j := stringslite.IndexByte(value, ':'); j > 0 {
				s.outside = true
				real, _ := strconv.Atoi(value[:j])
				own, _ := strconv.Atoi(value[j+1:])
				if uintptr(real) == s.realPpid {
					s.ppid = uintptr(own)
				}
			}
		}
	}
	own := s.realPid
	if !s.outside {
		// Programs that run at the same time have files that are named by it.
		hash := uint64(0)
		for i := 0; i < len(modinfo) && modinfo[i] != '\n'; i++ { // the path of its main package
			hash = hubMix(hash ^ uint64(modinfo[i]))
		}
		own = hubSelfBase + 2 + uintptr(hash%1_000_000)
		s.pid, s.ppid = own, hubSelfBase+1
	}
	value := mark + strconv.Itoa(int(s.realPid)) + ":" + strconv.Itoa(int(own))
	if at >= 0 {
		envs[at] = value
	} else {
		envs = append(envs, value)
	}
}
