package green

import (
	"fmt"
	"os"
	"slices"
	"sync/atomic"

	"github.com/greenify-go/greenify/runtime/code"
)

// A ManifestInfo says how the program is patched: what greenify inspect says of the
// binary.
type ManifestInfo = code.Manifest

// A LeftCall is a call that is left blocking: it keeps the hub for as long as it
// lasts, or in C for at most 10 ms. One in a function that is offloaded is listed
// as well.
type LeftCall = code.Left

// Manifest returns the manifest of the running program. It is that of the
// binary: GREENIFY=off does not change it.
//
// What can only be found in the machine code, such as the calls that are left, the
// first call of Manifest reads from /proc/self/exe, outside the hub: it yields, and
// takes some 10 ms for each 10 MB.
func Manifest() ManifestInfo {
	m := readManifest()
	if m.Mode == code.Unpatched {
		return m
	}
	if found.Load() == nil {
		Offload(func() { found.CompareAndSwap(nil, readCode(m)) })
	}
	f := found.Load()
	if m.Mode == code.WholeProgram {
		m.Packages = slices.Clone(f.packages)
	}
	m.Left, m.Err = slices.Clone(f.left), f.err
	return m
}

// found is what the first call of Manifest read.
var found atomic.Pointer[foundCode]

type foundCode struct {
	packages []string
	left     []LeftCall
	err      error
}

func readCode(m ManifestInfo) *foundCode {
	f, err := os.Open("/proc/self/exe")
	if err != nil {
		return &foundCode{err: err}
	}
	defer f.Close()
	prog, err := code.Read(f)
	if err != nil {
		return &foundCode{err: fmt.Errorf("%s: %w", f.Name(), err)}
	}
	return &foundCode{packages: prog.Packages(), left: prog.Left(m.Mode == code.InSource, m.Drivers)}
}

// IsPatched reports whether what blocks in a group of modules is patched: one of
// builtins, db, dns, os, process, select, signal, socket, thread and time. It is
// false for all where Enabled is false. (eventlet.patcher.is_monkey_patched)
func IsPatched(group string) bool {
	return enabled() && slices.Contains(readManifest().Groups, group)
}
