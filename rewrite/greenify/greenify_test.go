package greenify_test

import (
	"bytes"
	"cmp"
	"flag"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/greenify-go/greenify/rewrite/find"
	"github.com/greenify-go/greenify/rewrite/find/load"
	"github.com/greenify-go/greenify/rewrite/greenify"
	"github.com/greenify-go/greenify/testdata/corpus"
)

var update = flag.Bool("update", false, "write the golden files; read the diff before committing")

// topics are the folders of test data: one package each, named by what it is
// about.
func topics(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir("testdata/src")
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		// Of packages with cgo, drivers see the files that cmd/cgo makes; package
		// find tests the originals.
		if !strings.Contains(e.Name(), ".") && !strings.HasPrefix(e.Name(), "cgo") {
			list = append(list, e.Name())
		}
	}
	return list
}

// Each topic has its diagnostics, and applying every fix gives its golden files.
// Each diagnostic has a category and at most one fix. All fixes of a file that
// import a package do it by the same edit, and generated files have none.
func TestAnalyzer(t *testing.T) {
	dir := corpus.Copy(t, "testdata")
	if *update {
		writeGoldens(t, dir)
	}
	// One run for all: the standard library is loaded once.
	for _, r := range analysistest.RunWithSuggestedFixes(t, dir, greenify.Analyzer, topics(t)...) {
		type added struct {
			file *token.File
			path string
		}
		imports := map[added]analysis.TextEdit{}
		allAtOnce(t, r)
		for _, d := range r.Action.Diagnostics {
			at := r.Action.Package.Fset.Position(d.Pos)
			if !strings.Contains(greenify.Analyzer.Doc, "- "+d.Category+": ") {
				t.Errorf("%s: category %q", at, d.Category)
			}
			if n := len(d.SuggestedFixes); n > 1 || n > 0 && filepath.Base(at.Filename) == "generated.go" {
				t.Errorf("%s: %d fixes", at, n)
			}
			for _, fix := range d.SuggestedFixes {
				for _, e := range fix.TextEdits {
					path := regexp.MustCompile(`"` + find.GreenPath + `[^"]*"`).FindString(string(e.NewText))
					if path == "" {
						continue
					}
					key := added{r.Action.Package.Fset.File(e.Pos), path}
					if first, ok := imports[key]; ok && (e.Pos != first.Pos || e.End != first.End || !bytes.Equal(e.NewText, first.NewText)) {
						t.Errorf("%s: import %q, of another fix %q", at, e.NewText, first.NewText)
					}
					imports[key] = e
				}
			}
		}
	}
}

// allAtOnce applies the fixes of a package as golangci-lint does (pkg/result/processors,
// Fixer): it sorts the edits of a file, and drops one only if it is the same as its
// neighbour. The result has the imports of the golden file, each of them once.
func allAtOnce(t *testing.T, r *analysistest.Result) {
	edits := map[string][]analysis.TextEdit{}
	fset := r.Action.Package.Fset
	for _, d := range r.Action.Diagnostics {
		for _, fix := range d.SuggestedFixes {
			name := fset.PositionFor(d.Pos, false).Filename
			edits[name] = append(edits[name], fix.TextEdits...)
		}
	}
	for name, list := range edits {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		slices.SortStableFunc(list, func(a, b analysis.TextEdit) int { return cmp.Or(int(a.Pos-b.Pos), int(a.End-b.End)) })
		var out []byte
		at := 0
		for i, e := range list {
			from, to := fset.PositionFor(e.Pos, false).Offset, fset.PositionFor(e.End, false).Offset
			if i > 0 && e.Pos == list[i-1].Pos && e.End == list[i-1].End && bytes.Equal(e.NewText, list[i-1].NewText) {
				continue
			}
			if from < at {
				t.Errorf("%s: edits overlap: %q at %v", name, e.NewText, fset.PositionFor(e.Pos, false))
				break
			}
			out = append(append(out, src[at:from]...), e.NewText...)
			at = to
		}
		out = append(out, src[at:]...)
		golden, err := os.ReadFile(name + ".golden")
		if err != nil {
			t.Error(err)
			continue
		}
		got, want := importsOf(t, name, out), importsOf(t, name, golden)
		if len(slices.Compact(slices.Clone(got))) < len(got) {
			t.Errorf("%s: all fixes at once import the same twice: %q", name, got)
		}
		for _, path := range want {
			if !slices.Contains(got, path) {
				t.Errorf("%s: all fixes at once do not import %s", name, path)
			}
		}
	}
}

// importsOf returns the imports of a source, sorted.
func importsOf(t *testing.T, name string, src []byte) []string {
	file, err := parser.ParseFile(token.NewFileSet(), name, src, parser.SkipObjectResolution)
	if err != nil {
		t.Errorf("%s\n%s", err, src)
		return nil
	}
	var list []string
	for _, spec := range file.Imports {
		text := spec.Path.Value
		if spec.Name != nil {
			text = spec.Name.Name + " " + text
		}
		list = append(list, text)
	}
	slices.Sort(list)
	return list
}

// Facts cross packages: the chain of calls that leads to the wait, and which functions a
// package keeps. Applying the fixes gives the golden files.
func TestFacts(t *testing.T) {
	dir := corpus.Copy(t, "testdata")
	results := analysistest.RunWithSuggestedFixes(t, dir, greenify.FactsAnalyzer, "example.com/app", "example.com/lib", "example.com/pool", "example.com/uses")
	if *update {
		for _, r := range results {
			writeFactGolden(t, dir, r)
		}
	}
}

// writeFactGolden applies the fixes of a result.
func writeFactGolden(t *testing.T, dir string, r *analysistest.Result) {
	edits := map[string][]analysis.TextEdit{}
	fset := r.Action.Package.Fset
	for _, d := range r.Action.Diagnostics {
		for _, fix := range d.SuggestedFixes {
			for _, e := range fix.TextEdits {
				name := fset.Position(e.Pos).Filename
				if !slices.ContainsFunc(edits[name], func(o analysis.TextEdit) bool {
					return o.Pos == e.Pos && o.End == e.End && bytes.Equal(o.NewText, e.NewText)
				}) {
					edits[name] = append(edits[name], e)
				}
			}
		}
	}
	for name, list := range edits {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		slices.SortStableFunc(list, func(a, b analysis.TextEdit) int { return int(b.Pos - a.Pos) })
		for _, e := range list {
			from, to := fset.Position(e.Pos).Offset, fset.Position(e.End).Offset
			src = slices.Concat(src[:from], e.NewText, src[to:])
		}
		if src, err = format.Source(src); err != nil {
			t.Fatal(err)
		}
		rel, _ := filepath.Rel(dir, name)
		if err := os.WriteFile(filepath.Join("testdata", rel)+".golden", src, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// applied is a file with the finder's edits, as gofmt would have it.
func applied(t *testing.T, f *find.File) []byte {
	t.Helper()
	out, err := format.Source(f.Apply())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// writeGoldens writes what the fixes should give, by another way than the
// analyzer's: the finder's own application of its edits.
func writeGoldens(t *testing.T, dir string) {
	for _, p := range corpus.Load(t, dir) {
		for _, f := range p.Find() {
			rel, _ := filepath.Rel(dir, f.Name)
			if !f.Active() || f.Generated {
				continue
			}
			out := applied(t, f)
			for _, name := range []string{filepath.Join("testdata", rel), f.Name} {
				text := out
				if name != f.Name {
					text = bytes.ReplaceAll(out, corpus.Version(), []byte(corpus.Placeholder))
				}
				if err := os.WriteFile(name+".golden", text, 0o666); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// Golden files type-check, there is nothing left to fix in them, and locks are
// held as before. Those of packages with cgo are what the edits give; the others
// TestAnalyzer compares.
func TestGoldens(t *testing.T) {
	dir := corpus.Copy(t, "testdata")
	for _, p := range corpus.Load(t, dir) {
		t.Run(p.Path, func(t *testing.T) {
			source := map[string][]byte{}
			for _, name := range p.Names {
				if golden, err := os.ReadFile(name + ".golden"); err == nil {
					source[name] = golden
				}
			}
			q, err := p.With(source)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(p.Path, "cgo") {
				for _, f := range p.Find() {
					if got := applied(t, f); f.Active() && !bytes.Equal(got, source[f.Name]) {
						t.Errorf("%s becomes\n%s\nwant\n%s", f.Name, got, source[f.Name])
					}
				}
			}
			for _, f := range q.Find() {
				for _, s := range f.Sites {
					if s.Active() && !f.Generated {
						t.Errorf("%s: still to be replaced: %s", q.Fset.Position(s.Pos), s.Message)
					}
				}
			}
			if before, after := heldLocks(p), heldLocks(q); !slices.Equal(before, after) {
				t.Errorf("locks held across a wait: %q in the original, %q in the patched source", before, after)
			}
		})
	}
}

// heldLocks lists the locks that the package holds while it waits.
func heldLocks(p *load.Package) []string {
	var list []string
	for _, f := range p.Find() {
		for _, s := range f.Sites {
			if s.Kind == find.Held {
				lock, _, _ := strings.Cut(s.Message, " is held")
				list = append(list, lock)
			}
		}
	}
	return list
}

// The analyzer is valid, documented and as small as hosts want it.
func TestShape(t *testing.T) {
	a := greenify.Analyzer
	if err := analysis.Validate([]*analysis.Analyzer{a, greenify.FactsAnalyzer}); err != nil {
		t.Fatal(err)
	}
	if len(a.FactTypes) > 0 || len(a.Requires) > 0 || a.RunDespiteErrors {
		t.Error("the default analyzer has facts, requirements or runs despite errors")
	}
	if doc := greenify.FactsAnalyzer.Doc; !strings.HasPrefix(doc, "greenifyfacts: ") || strings.Contains(a.Doc, "greenifyfacts") {
		t.Errorf("doc: %q", doc)
	}
	title, _, _ := strings.Cut(a.Doc, "\n")
	if !strings.HasPrefix(title, "greenify: ") || len(title) > 72 || !strings.Contains(a.Doc, "time.Sleep(d)") {
		t.Errorf("doc: %q", a.Doc)
	}
	for _, kind := range []find.Kind{find.Yield, find.Offload, find.Enter, find.Blocking, find.Cgo, find.Pinned, find.Held, find.Mixed, find.Main, find.Register, find.Directive} {
		if !strings.Contains(a.Doc, "- "+string(kind)+": ") {
			t.Errorf("doc does not explain category %q", kind)
		}
	}
}
