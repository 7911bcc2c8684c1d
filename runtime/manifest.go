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
type ManifestInfo struct {
	Mode     string   // "whole program", "in source" or "unpatched"
	Rules    string   // version of the rule table
	Scope    string   // whole program: whose go statements start green threads: "all", "deps" or "main"
	Groups   []string // module groups that are patched
	Offload  string   // whole program: "disk" if calls that wait for one are offloaded
	Packages []string // whole program: patched packages of the standard library; in source: those that registered

	Left    []LeftCall // calls that keep the hub, by position; nil if the program is unpatched
	LeftErr error      // why Left is not known

	drivers []string // packages whose calls of C leave the hub
}

// A LeftCall is a call that is left blocking: it keeps the hub for as long as it
// lasts, or in C for at most 10 ms.
type LeftCall = code.Left

// Manifest returns the manifest of the running program. It is that of the
// binary: GREENIFY=off does not change it.
//
// The calls that are left are found in the machine code, which the first call of
// Manifest reads from /proc/self/exe outside the hub: it yields, and takes some
// 10 ms for each 10 MB.
func Manifest() ManifestInfo {
	m := readManifest()
	if m.Mode == "unpatched" {
		return m
	}
	if left.Load() == nil {
		Offload(func() {
			var r leftCalls
			r.list, r.err = readLeft(m)
			left.CompareAndSwap(nil, &r)
		})
	}
	r := left.Load()
	m.Left, m.LeftErr = slices.Clone(r.list), r.err
	return m
}

// left is what the first call of Manifest found.
var left atomic.Pointer[leftCalls]

type leftCalls struct {
	list []LeftCall
	err  error
}

func readLeft(m ManifestInfo) ([]LeftCall, error) {
	f, err := os.Open("/proc/self/exe")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	prog, err := code.Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name(), err)
	}
	return prog.Left(m.Mode == "in source", m.drivers), nil
}

// IsPatched reports whether what blocks in a group of modules is patched: one of
// builtins, db, dns, os, process, select, signal, socket, thread and time. It is
// false for all where Enabled is false. (eventlet.patcher.is_monkey_patched)
func IsPatched(group string) bool {
	return enabled() && slices.Contains(readManifest().Groups, group)
}
