// Package inspect reads from a program's binary what greenify made of it.
//
// A binary of the whole-program mode carries a manifest, a string that package
// runtime holds. What cannot be known before linking, such as which calls stay
// blocking, is read from the machine code: so it is true of that binary, dead
// code and cached packages included, and costs the build nothing.
package inspect

import (
	"bytes"
	"debug/buildinfo"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/greenify-go/greenify/rewrite/rules"
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
	Packages []string `json:"packages,omitempty"` // packages of the program that are patched
	Left     []Left   `json:"left"`               // calls left blocking, by position
}

// A Left is a call that keeps the hub, or the baton.
type Left struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Func   string `json:"func"` // the caller, as in a stack trace
	Call   string `json:"call"` // what is called
	Reason string `json:"reason"`
}

// The manifest in the binary: lines of a key and its values between two marks. A
// byte that is not UTF-8 keeps it from being found in Go source that is embedded
// in a program; that the mark is put together here, in greenify itself.
var begin = strings.ToLower("\xffGREENIFY MANIFEST 1\n")

const end = "\xfe"

// Mark writes what is known before a build as the string to be linked in.
func Mark(m Manifest) string {
	return fmt.Sprintf("%srules %s\ngo %s\nscope %s\ngroups %s\nstd %s\n%s", begin,
		m.Rules, m.Go, m.Scope, strings.Join(m.Groups, " "), strings.Join(m.Std, " "), end)
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
	info, err := buildinfo.Read(bytes.NewReader(data))
	if err != nil {
		return Manifest{}, fmt.Errorf("%s: no Go program: %w", name, err)
	}
	m, patched := unmark(data)
	m.Left = []Left{} // not nil: JSON has an array
	code, err := readCode(data)
	if err != nil {
		return Manifest{}, fmt.Errorf("%s: %w", name, err)
	}
	code.modules = append(code.modules, "main", info.Main.Path)
	for _, d := range info.Deps {
		code.modules = append(code.modules, d.Path)
	}
	m.Go = info.GoVersion
	registered, version := code.registered()
	switch {
	case patched:
		m.Packages = code.packages()
	case registered != nil:
		m.Mode, m.Packages = InSource, registered
		if version != "" {
			m.Rules, m.Groups = rules.SplitVersion(version)
		}
	default:
		m.Mode = Unpatched
		return m, nil
	}
	m.Left = code.left(m)
	return m, nil
}

// inProgram reports whether a package belongs to a module of the program rather
// than to the standard library.
func (c *code) inProgram(pkg string) bool {
	return slices.ContainsFunc(c.modules, func(mod string) bool {
		return mod != "" && strings.HasPrefix(pkg, mod) && (len(pkg) == len(mod) || strings.ContainsRune("/_.", rune(pkg[len(mod)])))
	})
}
