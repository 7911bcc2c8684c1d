package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/greenify-go/greenify/rewrite/find/load"
)

// intrinsicsOff has the compiler call the functions of sync/atomic, which it else replaces by
// the operation itself.
const intrinsicsOff = "-d=ssa/intrinsics/off"

// callAtomics has the packages of the program, and no others, call the functions of
// sync/atomic, where points are: by the flag -gcflags of the go command, of which for each
// package the last one counts whose pattern it matches. So those of the user, also in GOFLAGS,
// are said anew behind ours. Package sync/atomic is compiled so, too, for its methods.
func (l *goLine) callAtomics(goflags, goroot string) {
	flags, _ := splitFlags(l.command, nil, slices.Concat(load.SplitFlags(goflags), l.args[:l.rest]))
	const std, atomic = "std", "sync/atomic"
	gcflags := func(pattern, flags string) []string {
		if pattern != "" {
			pattern += "="
		}
		return []string{"-gcflags=" + pattern + strings.TrimSpace(flags)}
	}
	all := func(flags string) []string {
		return slices.Concat(gcflags("all", flags+" "+intrinsicsOff), gcflags(std, flags), gcflags(atomic, flags+" "+intrinsicsOff))
	}
	list := all("")
	for _, f := range flags {
		if f.name != "gcflags" {
			continue
		}
		pattern, value, _ := strings.Cut(strings.TrimSpace(f.value), "=")
		if ofNamed(f.value) {
			pattern, value = "", f.value
		}
		switch {
		case pattern == "all":
			list = append(list, all(value)...)
		case pattern == std:
			list = slices.Concat(list, gcflags(std, value), gcflags(atomic, value+" "+intrinsicsOff))
		case pattern != atomic && pattern != "" && ofStd(goroot, pattern):
			list = append(list, gcflags(pattern, value)...)
		default:
			list = append(list, gcflags(pattern, value+" "+intrinsicsOff)...)
		}
	}
	// In place of the user's.
	args := slices.Concat(l.args[:l.first], list)
	flags, _ = splitFlags(l.command, nil, l.args[l.first:l.rest])
	for _, f := range flags {
		if f.name != "gcflags" {
			args = append(args, f.words...)
		}
	}
	l.args, l.rest = append(args, l.args[l.rest:]...), len(args)
	l.tagsAt = slices.IndexFunc(l.args[:l.rest], func(arg string) bool { return arg == "-tags="+l.tags })
}

// ofStd reports whether a pattern of -gcflags is one of packages of the standard library.
func ofStd(goroot, pattern string) bool {
	path, _, _ := strings.Cut(pattern, "...")
	if path == "" || strings.HasPrefix(path, ".") {
		return false
	}
	fi, err := os.Stat(filepath.Join(goroot, "src", filepath.FromSlash(path)))
	return err == nil && fi.IsDir()
}
