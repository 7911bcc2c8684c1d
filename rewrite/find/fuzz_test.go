package find_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/greenify-go/greenify/rewrite/find/load"
	"github.com/greenify-go/greenify/testdata/fuzz/gen"
)

// counted has the edits keep all lines below it where they are.
const counted = "//line counted.go:1\n"

// FuzzFind: whatever type-checks is patched into source that type-checks, has its lines where they
// were, and has nothing left to be replaced.
func FuzzFind(f *testing.F) {
	repo, err := filepath.Abs("../..")
	if err != nil {
		f.Fatal(err)
	}
	dir := f.TempDir()
	for name, text := range map[string]string{
		"go.mod":  "module p\n\ngo 1.26.0\n\nrequire github.com/greenify-go/greenify v0.0.0\n\nreplace github.com/greenify-go/greenify => " + repo + "\n",
		"help.go": counted + gen.Help("p"),
		"p.go":    "package p\n\nimport (\n\t_ \"bufio\"\n\t_ \"context\"\n\t_ \"database/sql\"\n\t_ \"net/http\"\n\t_ \"os/exec\"\n\t_ \"sort\"\n)\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			f.Fatal(err)
		}
	}
	list, err := load.Packages(load.Config{Dir: dir, Green: true, Env: append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")}, ".")
	if err != nil {
		f.Fatal(err)
	}
	p := list[0]
	var name string
	for _, n := range p.Names {
		if filepath.Base(n) == "p.go" {
			name = n
		}
	}

	sources, err := filepath.Glob("../greenify/testdata/src/*/*.go")
	if err != nil || len(sources) == 0 {
		f.Fatal(sources, err)
	}
	for _, source := range sources {
		src, err := os.ReadFile(source)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(src))
	}
	for seed := range uint64(50) {
		src, err := gen.New(seed).File("p", "p", "Run")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}

	f.Fuzz(func(t *testing.T, src string) {
		if strings.Contains(src, `"C"`) {
			return // what cgo makes of it the go command alone knows; two seeds have it
		}
		q, err := p.With(map[string][]byte{name: []byte(counted + src)})
		if err != nil {
			return
		}
		patched := map[string][]byte{}
		for _, file := range q.Find() {
			out := file.Apply()
			if a, b := bytes.Count(file.Src, []byte("\n")), bytes.Count(out, []byte("\n")); a != b {
				t.Errorf("%d lines became %d:\n%s", a, b, out)
			}
			patched[file.Name] = out
		}
		r, err := p.With(patched)
		if err != nil {
			t.Fatalf("%v\n%s\nbecame\n%s", err, src, patched[name])
		}
		for _, file := range r.Find() {
			for _, s := range file.Sites {
				if s.Active() {
					t.Errorf("%s: still to be replaced: %s", r.Fset.Position(s.Pos), s.Message)
				}
			}
		}
	})
}
