//go:build greenify_hub

package runtime

import "internal/stringslite"

// hubRoot is the folder of the private toolchain in greenify's cache, set by the
// build. Below it the tree has the release's own path, so that a file of the
// standard library is the release's again once the folder is cut off.
const hubRoot = ""

// hubFile turns the name of a source file, as the compiler saw it, into the one
// that plain Go has for stack traces and runtime.Caller. Nothing is allocated:
// a crash comes by here.
func hubFile(name string) string {
	file, _ := stringslite.CutPrefix(name, hubRoot)
	return file
}
