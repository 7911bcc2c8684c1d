// Package inspect reads from a program's binary what greenify made of it.
//
// A binary of the whole-program mode carries a manifest, a string that package
// runtime holds. What cannot be known before linking, such as which calls stay
// blocking, is read from the machine code (package code).
package inspect

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/greenify-go/greenify/rewrite/rules"
	"github.com/greenify-go/greenify/runtime/code"
)

// The modes of a program.
const (
	WholeProgram = "whole program" // built by greenify
	InSource     = "in source"     // its source is patched, built by the go command
	Unpatched    = "unpatched"
)

// A Manifest says how a binary is patched.
type Manifest struct {
	Mode     string   `json:"mode"`            // WholeProgram, InSource or Unpatched
	Rules    string   `json:"rules,omitempty"` // version of the rule table; in source "" if it cannot be read
	Go       string   `json:"go"`
	Scope    string   `json:"scope,omitempty"`    // whose go statements start green threads
	Groups   []string `json:"groups,omitempty"`   // module groups that are patched; in source nil if that cannot be read
	Std      []string `json:"std,omitempty"`      // packages of the standard library with patched files
	Offload  string   `json:"offload,omitempty"`  // "disk" if calls that wait for one are offloaded
	Packages []string `json:"packages,omitempty"` // packages of the program that are patched

	Left []code.Left `json:"left"` // calls left blocking, by position

	Drivers []string `json:"-"` // packages whose calls of C leave the hub
}

// The manifest in the binary: lines of a key and its values between two marks. A
// byte that is not UTF-8 keeps it from being found in Go source that is embedded
// in a program; that the mark is put together here, in greenify itself.
var begin = strings.ToLower("\xffGREENIFY MANIFEST 1\n")

const end = "\xfe"

// Mark writes what is known before a build as the string to be linked in.
func Mark(m Manifest) string {
	return fmt.Sprintf("%srules %s\ngo %s\nscope %s\ngroups %s\nstd %s\noffload %s\ndrivers %s\n%s", begin,
		m.Rules, m.Go, m.Scope, strings.Join(m.Groups, " "), strings.Join(m.Std, " "), m.Offload, strings.Join(m.Drivers, " "), end)
}

// unmark reads what Mark wrote from the bytes of a binary.
func unmark(data []byte) (Manifest, bool) {
	_, rest, ok := bytes.Cut(data, []byte(begin))
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
		case "drivers":
			m.Drivers = strings.Fields(value)
		}
	}
	return m, true
}

// File reads a binary. The error says that it is not a Go program for linux, or
// that its code cannot be read.
func File(name string) (Manifest, error) {
	data, err := os.ReadFile(name)
	var why *os.PathError
	if errors.As(err, &why) {
		return Manifest{}, fmt.Errorf("%s: %w", name, why.Err)
	}
	if err != nil {
		return Manifest{}, err
	}
	m, patched := unmark(data)
	prog, err := code.Read(bytes.NewReader(data))
	if err != nil {
		return Manifest{}, fmt.Errorf("%s: %w", name, err)
	}
	m.Go = prog.Build.GoVersion
	registered, version := prog.Registered()
	switch {
	case patched:
		m.Packages = prog.Packages()
	case registered != nil:
		m.Mode, m.Packages = InSource, registered
		if version != "" {
			m.Rules, m.Groups = rules.SplitVersion(version)
		}
	default:
		m.Mode = Unpatched
		m.Left = []code.Left{} // not nil: JSON has an array
		return m, nil
	}
	m.Left = prog.Left(m.Mode == InSource, m.Drivers)
	return m, nil
}
