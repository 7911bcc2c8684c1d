package code

import (
	"bytes"
	"fmt"
	"strings"
)

// The modes of a program.
const (
	WholeProgram = "whole program" // built by greenify
	InSource     = "in source"     // its source is patched, built by the go command
	Unpatched    = "unpatched"
)

// Groups are the module groups that -patch can name.
var Groups = strings.Fields("os select socket thread time process signal dns db builtins")

// A Manifest says how a binary is patched.
type Manifest struct {
	Mode     string   `json:"mode"` // WholeProgram, InSource or Unpatched
	Go       string   `json:"go"`
	Rules    string   `json:"rules,omitempty"`    // version of the rule table; in source "" if it cannot be read
	Scope    string   `json:"scope,omitempty"`    // whose go statements start green threads
	Groups   []string `json:"groups,omitempty"`   // module groups that are patched
	Std      []string `json:"std,omitempty"`      // packages of the standard library with patched files
	Offload  string   `json:"offload,omitempty"`  // "disk" if calls that wait for one are offloaded
	Locks    bool     `json:"locks,omitempty"`    // locks know who holds them
	Sim      bool     `json:"sim,omitempty"`      // one seed decides everything
	Packages []string `json:"packages,omitempty"` // packages of the program that are patched

	Left []Left `json:"left"` // calls left blocking, by position

	// Err says why Left, and Packages of a whole program, are not known to
	// green.Manifest.
	Err error `json:"-"`

	Drivers []string `json:"-"` // packages whose calls of C leave the hub
}

// The manifest in the binary: lines of a key and its values between two marks. A
// byte that is not UTF-8 keeps it from being found in Go source that is embedded
// in a program. It is built at run time, so that the program text of this package does
// not contain it either.
func begin() string { return "\xff" + strings.ToLower("GREENIFY MANIFEST 1\n") }

const end = "\xfe"

// Mark writes what is known before a build as the string to be linked in.
func Mark(m Manifest) string {
	return fmt.Sprintf("%srules %s\ngo %s\nscope %s\ngroups %s\nstd %s\noffload %s\nlocks %t\nsim %t\ndrivers %s\n%s", begin(),
		m.Rules, m.Go, m.Scope, strings.Join(m.Groups, " "), strings.Join(m.Std, " "), m.Offload, m.Locks, m.Sim, strings.Join(m.Drivers, " "), end)
}

// Unmark reads what Mark wrote from the bytes of a binary.
func Unmark(data []byte) (Manifest, bool) {
	_, rest, ok := bytes.Cut(data, []byte(begin()))
	text, _, ok2 := bytes.Cut(rest, []byte(end))
	if !ok || !ok2 {
		return Manifest{}, false
	}
	m := Manifest{Mode: WholeProgram}
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		switch key {
		case "rules":
			m.Rules = value
		case "go":
			m.Go = value
		case "scope":
			m.Scope = value
		case "groups":
			m.Groups = strings.Fields(value)
		case "std":
			m.Std = strings.Fields(value)
		case "offload":
			m.Offload = value
		case "locks":
			m.Locks = value == "true"
		case "sim":
			m.Sim = value == "true"
		case "drivers":
			m.Drivers = strings.Fields(value)
		}
	}
	return m, true
}
