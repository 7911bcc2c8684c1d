//go:build greenify_hub && greenify_sim

package testing

import (
	"strings"
	_ "unsafe" // for linkname
)

// What was real in a schedule (runtime/greenify_sim_real.go).

//go:linkname hubRealPrint
func hubRealPrint(list bool)

//go:linkname hubReals
func hubReals(text []byte) int

//go:linkname hubRealRefused
func hubRealRefused(text []byte) (item, length int)

// hubSimReal are the things that were, with their places.
func hubSimReal() []string {
	return strings.Split(strings.TrimSuffix(string(hubSimText(hubReals)), "\n"), "\n")
}

// hubSimRefused is the one that has ended the schedule, and the stack of who wanted it on
// the lines behind; empty if none has.
func hubSimRefused() string {
	text := make([]byte, 64<<10)
	item, length := hubRealRefused(text)
	if item == 0 {
		return ""
	}
	return string(text[:item]) + "\n" + string(text[item:length])
}
