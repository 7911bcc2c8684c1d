package toolchain

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pmezard/go-difflib/difflib"

	"github.com/greenify-go/greenify/rewrite/rules"
	"github.com/greenify-go/greenify/rewrite/splice"
)

// The golden diffs of a release: what a plain build changes in the standard library, and
// what each flag changes beside that.
var builds = []struct {
	file   string
	opt    Options
	leaves func() []rules.Leaf
}{
	{"plain.diff", Options{}, rules.Leaves},
	{"disk.diff", Options{Disk: true}, rules.Disk},
	{"locks.diff", Options{Locks: true}, rules.Locks},
	{"sim.diff", Options{Sim: true}, rules.Sim},
}

// goldenDiff is the file of a release's golden diff.
func goldenDiff(release, file string) string {
	return filepath.Join("../rules/data", rules.Nearest(release), "diff", file)
}

// Each rule is seen in its place: the golden diffs have the lines that greenify changes in
// the release at hand. They differ where releases do, so each has its own; -update writes
// those of the release at hand.
func TestDiff(t *testing.T) {
	env, err := askGo("", nil)
	if err != nil {
		t.Fatal(err)
	}
	plain := patchedFiles(t, env, Options{})
	for _, b := range builds {
		from, to := map[string][]byte{}, plain
		if b.file != "plain.diff" {
			from, to = plain, patchedFiles(t, env, b.opt)
		}
		got := diffFiles(t, env, from, to)
		golden := goldenDiff(env.GOVERSION, b.file)
		if *update {
			if err := os.MkdirAll(filepath.Dir(golden), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			text, _ := difflib.GetUnifiedDiffString(difflib.UnifiedDiff{
				A: difflib.SplitLines(string(want)), FromFile: golden, B: difflib.SplitLines(got), ToFile: env.GOVERSION, Context: 3,
			})
			t.Errorf("%s is patched otherwise than its golden diff says; once it is as it should be, -update writes it:\n%s", env.GOVERSION, text)
		}
	}
}

// The golden diffs of every release, also of the one that is not at hand, have each rule
// that is for the release.
func TestDiffHasRules(t *testing.T) {
	for _, release := range rules.Releases {
		for _, b := range builds {
			data, err := os.ReadFile(goldenDiff(release, b.file))
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range b.leaves() {
				has := fileDiff(string(data), r.File)
				if r.In(release) && !strings.Contains(has, "\n@@ "+r.Decl+"\n") {
					t.Errorf("%s of %s changes nothing in %s, for which there is the rule %q", b.file, release, r.Symbol(), r.Why)
				}
				if r.In(release) && !strings.Contains(has, r.Text) {
					t.Errorf("%s of %s has no %q in %s, which is the rule %q", b.file, release, r.Text, r.Symbol(), r.Why)
				}
			}
		}
	}
}

// fileDiff is the part of a golden diff that is about a file.
func fileDiff(diff, file string) string {
	_, part, _ := strings.Cut("\n"+diff, "\n--- "+file+"\n")
	part, _, _ = strings.Cut(part, "\n--- ")
	return "\n" + part
}

// patchedFiles returns the files of the release that a build changes, changed.
func patchedFiles(t *testing.T, env goEnv, opt Options) map[string][]byte {
	t.Helper()
	opt.Scope, opt.Groups = ScopeAll, rules.Groups
	p, err := load(env, opt)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for name, edits := range p.edits {
		src, err := splice.Apply(p.path(name), p.source[name], edits)
		if err != nil {
			t.Error(err)
			continue
		}
		files[strings.TrimPrefix(name, "src/")] = src
	}
	return files
}

// diffFiles lists the lines that differ, by file and declaration, each with the one in front
// of it and the one behind. It has no line numbers, which other versions of the same release
// may move. A file that from does not have is compared with the release's.
func diffFiles(t *testing.T, env goEnv, from, to map[string][]byte) string {
	t.Helper()
	var text strings.Builder
	var names []string
	for name := range to {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		old, ok := from[name]
		if !ok {
			var err error
			if old, err = os.ReadFile(filepath.Join(env.GOROOT, "src", name)); err != nil {
				t.Fatal(err)
			}
		}
		if bytes.Equal(old, to[name]) {
			continue
		}
		a, b := strings.Split(string(old), "\n"), strings.Split(string(to[name]), "\n")
		if len(a) != len(b) {
			t.Fatalf("%s has %d lines, and %d once it is patched", name, len(a), len(b))
		}
		decls := declLines(t, name, old)
		fmt.Fprintf(&text, "--- %s\n", name)
		last, shown := "", -1 // the declaration, and the line that was shown last
		for i := range a {
			if a[i] == b[i] {
				continue
			}
			decl := declOf(decls, i+1)
			if decl != last || i-1 > shown+1 {
				fmt.Fprintf(&text, "@@ %s\n", decl)
			}
			if i-1 > shown {
				fmt.Fprintf(&text, " %s\n", a[i-1])
			}
			fmt.Fprintf(&text, "-%s\n+%s\n", a[i], b[i])
			last, shown = decl, i
			if i+1 < len(a) && a[i+1] == b[i+1] {
				fmt.Fprintf(&text, " %s\n", a[i+1])
				shown = i + 1
			}
		}
	}
	return text.String()
}

// A declared is a declaration and the lines that it takes.
type declared struct {
	name     string
	from, to int
}

// declLines lists the declarations of a file as rules name them: "F", "T.F" or "T".
func declLines(t *testing.T, name string, src []byte) (list []declared) {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, src, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	add := func(name string, n ast.Node) {
		list = append(list, declared{name, fset.Position(n.Pos()).Line, fset.Position(n.End()).Line})
	}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			add(splice.FuncName(d), d)
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if s, ok := s.(*ast.TypeSpec); ok {
					add(s.Name.Name, s)
				}
			}
		}
	}
	return list
}

// declOf names the declaration that has a line.
func declOf(list []declared, line int) string {
	i, _ := slices.BinarySearchFunc(list, line, func(d declared, line int) int { return cmp.Compare(d.to, line) })
	if i < len(list) && list[i].from <= line {
		return list[i].name
	}
	return ""
}
