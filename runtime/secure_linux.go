//go:build !greenify

package green

import _ "unsafe" // for linkname

// auxv is the kernel's auxiliary vector, pairs of a key and a value. Package runtime
// keeps it for golang.org/x/sys/unix.
//
//go:linkname auxv runtime.getAuxv
func auxv() []uintptr

// secureMode reports whether the program has more rights than the user who started
// it: set-user-ID, set-group-ID, file capabilities.
func secureMode() bool {
	v := auxv()
	for i := 0; i+1 < len(v); i += 2 {
		if v[i] == 23 { // AT_SECURE
			return v[i+1] != 0
		}
	}
	return false
}
