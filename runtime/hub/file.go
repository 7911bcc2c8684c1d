//go:build greenify_hub

package runtime

import "internal/stringslite"

// The private toolchain is a folder of greenify's cache, named goroot-, the release
// and 16 digits. Below it the tree has the release's own path, so that a file of the
// standard library is the release's again once the folder is cut off.
//
// The linker says where the tree is (defaultGOROOT), and nobody else does: with
// -trimpath it says nothing, the names of files have no folder, and a program does
// not depend on where the cache is.
var hubRoot string // what to cut off

func hubInitFile() {
	const mark, digits = "/goroot-go", 16
	for i := range len(defaultGOROOT) {
		if !stringslite.HasPrefix(defaultGOROOT[i:], mark) {
			continue
		}
		end := i + 1
		for end < len(defaultGOROOT) && defaultGOROOT[end] != '/' {
			end++
		}
		if n := end - digits; n > i+len(mark) && defaultGOROOT[n-1] == '-' {
			hubRoot = defaultGOROOT[:end] // the last: the cache may be in such a folder
		}
	}
}

// hubFile turns the name of a source file, as the compiler saw it, into the one
// that plain Go has for stack traces and runtime.Caller. Nothing is allocated:
// a crash comes by here.
func hubFile(name string) string {
	file, _ := stringslite.CutPrefix(name, hubRoot)
	return file
}
