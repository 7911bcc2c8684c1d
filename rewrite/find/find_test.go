package find_test

import (
	"bytes"
	"cmp"
	"fmt"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/greenify-go/greenify/rewrite/find"
	"github.com/greenify-go/greenify/rewrite/find/load"
	"github.com/greenify-go/greenify/testdata/corpus"
)

// Below a line directive the text edits keep every line where it is. They give source that
// type-checks, and leave nothing to do.
func TestApply(t *testing.T) {
	for _, p := range corpus.Load(t, corpus.Copy(t, "../greenify/testdata")) {
		t.Run(p.Path, func(t *testing.T) {
			source := map[string][]byte{}
			for name, src := range p.Source {
				source[name] = append([]byte("//line counted.go:1\n"), src...)
			}
			p, err := p.With(source)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range p.Find() {
				out := f.Apply()
				source[f.Name] = out
				sameLines(t, f, out)
				if f.Active() == bytes.Equal(out, f.Src) {
					t.Errorf("%s: sites to replace: %v, source changed: %v", filepath.Base(f.Name), f.Active(), !f.Active())
				}
			}
			q, err := p.With(source)
			if err != nil {
				for _, src := range source {
					t.Logf("%s", src)
				}
				t.Fatal(err)
			}
			for _, f := range q.Find() {
				for _, s := range f.Sites {
					if s.Active() {
						t.Errorf("%s: still to be replaced: %s", q.Fset.Position(s.Pos), s.Message)
					}
				}
			}
		})
	}
}

// sameLines checks that the result has as many lines as the original, and each
// comment on its line. Only a select moves lines: those of its operands, to its
// header.
func sameLines(t *testing.T, f *find.File, out []byte) {
	t.Helper()
	if a, b := bytes.Count(f.Src, []byte("\n")), bytes.Count(out, []byte("\n")); a != b {
		t.Errorf("%s: %d lines became %d:\n%s", filepath.Base(f.Name), a, b, out)
		return
	}
	a, b := strings.Split(string(f.Src), "\n"), strings.Split(string(out), "\n")
	for i := range a {
		if filepath.Base(f.Name) == "selects.go" {
			break
		}
		if _, comment, ok := strings.Cut(a[i], "//"); ok && !strings.Contains(b[i], comment) {
			t.Errorf("%s:%d: lost comment %q: %s", filepath.Base(f.Name), i+1, comment, b[i])
		}
	}
}

// Edits do not overlap, and sites of a file are in order.
func TestOrder(t *testing.T) {
	for _, p := range corpus.Load(t, corpus.Copy(t, "../greenify/testdata")) {
		for _, f := range p.Find() {
			f.Edit()
			var last token.Pos
			var edits []find.Edit
			for _, s := range f.Sites {
				if s.Pos < last {
					t.Errorf("%s: site out of order", p.Fset.Position(s.Pos))
				}
				last = s.Pos
				if s.Inside && s.Edits != nil {
					t.Errorf("%s: a site inside a moved operand has edits", p.Fset.Position(s.Pos))
				}
				edits = append(edits, s.Edits...)
			}
			slices.SortFunc(edits, func(a, b find.Edit) int { return cmp.Or(int(a.Pos-b.Pos), int(a.End-b.End)) })
			for i := 1; i < len(edits); i++ {
				if edits[i].Pos < edits[i-1].End {
					t.Errorf("%s: edits overlap", p.Fset.Position(edits[i].Pos))
				}
			}
		}
	}
}

// Many at once find the same: drivers run the analyzer on packages, and test
// variants of packages, in parallel. (With -race it also shows that nothing is
// shared.)
func TestConcurrent(t *testing.T) {
	for _, p := range corpus.Load(t, corpus.Copy(t, "../greenify/testdata")) {
		results := make([]string, 8)
		var wg sync.WaitGroup
		for i := range results {
			wg.Go(func() {
				for _, f := range find.NewSearch(input(p)).Files(false) {
					f.Edit()
					for _, s := range f.Sites {
						results[i] += fmt.Sprint(s.Pos, s.Kind, s.Message, s.Edits, s.Imports)
					}
				}
			})
		}
		wg.Wait()
		for _, r := range results {
			if r != results[0] {
				t.Errorf("%s: two searches differ:\n%s\n%s", p.Path, r, results[0])
			}
		}
	}
}

// input is what the finder is given for a package: every call searches it anew.
func input(p *load.Package) find.Input {
	return find.Input{Fset: p.Fset, Files: p.Files, Pkg: p.Types, Info: p.Info, Read: func(name string) ([]byte, error) { return p.Source[name], nil }}
}

// Nothing here goes by the lines of line directives: what is edited are lines of the
// file. (token.File.Line and Position adjust, LineStart and LineCount do not.)
func TestLinesOfTheFile(t *testing.T) {
	names, err := filepath.Glob("*.go")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(name, "_test.go") {
			for _, use := range regexp.MustCompile(`(tf|Fset|fset)\.(Line|Position)\(`).FindAllString(string(src), -1) {
				t.Errorf("%s: %s goes by line directives: use PositionFor(pos, false)", name, use)
			}
		}
	}
}

// GreenGo is what go.mod says.
func TestGreenGo(t *testing.T) {
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(mod), "\ngo "+find.GreenGo+"\n") {
		t.Errorf("go.mod has another go line than %s", find.GreenGo)
	}
}
