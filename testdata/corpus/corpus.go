// Package corpus is the analyzer's test data, for the tests of the packages that work on
// it: rewrite/greenify, rewrite/find and rewrite/insource.
package corpus

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/greenify-go/greenify/rewrite/find/load"
	"github.com/greenify-go/greenify/rewrite/rules"
)

// Placeholder stands in the test data for the version of the rules, as a Go string.
const Placeholder = `"VERSION"`

// Version is what Placeholder stands for.
func Version() []byte { return []byte(`"` + rules.CallVersion() + `"`) }

// generated is the file of package patched that gen.go writes, below the folder that has
// the package: the test data has stubs of the others.
const generated = "runtime/patched/call_gen.go"

// Copy copies the test data, with the version of today's rules and the generated functions
// of package patched, to a folder that is a GOPATH, and returns it. From is the folder of
// the test data, in a package two folders below this module's.
func Copy(t *testing.T, from string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	err := filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		to := filepath.Join(dir, rel)
		if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
			return err
		}
		return os.WriteFile(to, bytes.ReplaceAll(data, []byte(Placeholder), Version()), 0o666)
	})
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(from, "../../..", generated))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "src/github.com/greenify-go/greenify", generated), data, 0o666); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Load loads the packages of a copy: a folder of the test data is one, named by what it is
// about.
func Load(t *testing.T, dir string) []*load.Package {
	t.Helper()
	list, err := load.Packages(load.Config{
		Dir:   filepath.Join(dir, "src"),
		Env:   append(os.Environ(), "GOPATH="+dir, "GO111MODULE=off", "GOFLAGS=", "GOWORK=off"),
		Green: true,
		Tests: true,
	}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(list, func(p *load.Package) bool { return strings.Contains(p.Path, "/") })
}
