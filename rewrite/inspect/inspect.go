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

	"github.com/greenify-go/greenify/rewrite/rules"
	"github.com/greenify-go/greenify/runtime/code"
)

// File reads a binary. The error says that it is not a Go program for linux, or
// that its code cannot be read.
func File(name string) (code.Manifest, error) {
	data, err := os.ReadFile(name)
	var why *os.PathError
	if errors.As(err, &why) {
		return code.Manifest{}, fmt.Errorf("%s: %w", name, why.Err)
	}
	if err != nil {
		return code.Manifest{}, err
	}
	m, patched := code.Unmark(data)
	prog, err := code.Read(bytes.NewReader(data))
	if err != nil {
		return code.Manifest{}, fmt.Errorf("%s: %w", name, err)
	}
	m.Go = prog.Build.GoVersion
	registered, version := prog.Registered()
	switch {
	case patched:
		m.Packages = prog.Packages()
	case registered != nil:
		m.Mode, m.Packages = code.InSource, registered
		if version != "" {
			m.Rules, m.Groups = rules.SplitVersion(version)
		}
	default:
		m.Mode = code.Unpatched
		m.Left = []code.Left{} // not nil: JSON has an array
		return m, nil
	}
	m.Left = prog.Left(m.Mode == code.InSource, m.Drivers)
	return m, nil
}
