package insource

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/greenify-go/greenify/rewrite/find"
	"github.com/greenify-go/greenify/rewrite/find/load"
	"github.com/greenify-go/greenify/rewrite/rules"
)

// runtimeFiles copies package green, which the test data must fit, not only its
// stub.
func runtimeFiles(t *testing.T, dir string) {
	t.Helper()
	const from = "../../runtime"
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	// The hub's files are for package runtime.
	if err := os.RemoveAll(filepath.Join(dir, "hub")); err != nil {
		t.Fatal(err)
	}
	tests, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range tests {
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
}

// corpus loads the analyzer's test data, with the version of today's rules.
func corpus(t *testing.T) []*load.Package {
	t.Helper()
	dir := t.TempDir()
	const from = "../greenify/testdata"
	err := filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(from, name)
		to := filepath.Join(dir, rel)
		if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
			return err
		}
		return os.WriteFile(to, bytes.ReplaceAll(data, []byte(`"VERSION"`), []byte(`"`+rules.CallVersion()+`"`)), 0o666)
	})
	if err != nil {
		t.Fatal(err)
	}
	green := filepath.Join(dir, "src/github.com/greenify-go/greenify/runtime")
	if err := os.RemoveAll(green); err != nil {
		t.Fatal(err)
	}
	runtimeFiles(t, green)
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

// The nodes that dst writes and the text edits give the same program, every
// comment is kept, the result type-checks and is as gofmt would have it, and
// there is nothing left to do.
func TestPatch(t *testing.T) {
	for _, p := range corpus(t) {
		t.Run(p.Path, func(t *testing.T) { agree(t, p, true) })
	}
}

// agree checks one package and returns the number of files that were patched.
func agree(t *testing.T, p *load.Package, typecheck bool) int {
	t.Helper()
	_, source, err := patchPackage(p, false)
	if err != nil {
		t.Error(err)
		return 0
	}
	for _, f := range p.Find(false, false) {
		out := source[f.Name]
		if out == nil {
			continue
		}
		spliced := f.Apply()
		if a, b := shape(t, f.Name, spliced), shape(t, f.Name, out); a != b {
			t.Errorf("%s: dst and splice differ\n%s\n-- splice --\n%s\n-- dst --\n%s", f.Name, firstDifference(a, b), spliced, out)
		}
		if a, b := commentsOf(f.Src), commentsOf(out); !slices.Equal(a, b) {
			t.Errorf("%s: comments changed: %q, were %q\n%s", f.Name, b, a, out)
		}
		if formatted, err := format.Source(out); err != nil {
			t.Error(err)
		} else if !bytes.Equal(formatted, bytes.ReplaceAll(out, []byte("\r\n"), []byte("\n"))) {
			t.Errorf("%s: gofmt would change the result:\n%s", f.Name, out)
		}
	}
	if !typecheck {
		return len(source)
	}
	q, err := p.With(source)
	if err != nil {
		t.Errorf("%s: %v", p.Path, err)
		return 0
	}
	if a, b := left(p), left(q); a != b {
		t.Errorf("%s: %d sites are left blocking, were %d before the patch", p.Path, b, a)
	}
	for _, f := range q.Find(false, false) {
		for _, s := range f.Sites {
			if s.Active() && !f.Generated {
				t.Errorf("%s: still to be replaced: %s", q.Fset.Position(s.Pos), s.Message)
			}
		}
	}
	return len(source)
}

// left counts the findings that no patch removes.
func left(p *load.Package) int {
	n := 0
	for _, f := range p.Find(false, false) {
		for _, s := range f.Sites {
			if s.Shape == nil && s.Kind != find.Mixed && s.Kind != find.Held {
				n++
			}
		}
	}
	return n
}

// shape writes the syntax tree without positions and comments, and without the
// order and grouping of imports.
func shape(t *testing.T, name string, src []byte) string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, src, parser.SkipObjectResolution)
	if err != nil {
		t.Errorf("%v\n%s", err, src)
		return ""
	}
	var b strings.Builder
	var imports []string
	for _, s := range file.Imports {
		name := ""
		if s.Name != nil {
			name = s.Name.Name
		}
		imports = append(imports, name+" "+s.Path.Value)
	}
	sort.Strings(imports)
	fmt.Fprintln(&b, imports)
	for _, d := range file.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			continue
		}
		ast.Inspect(d, func(n ast.Node) bool {
			switch n := n.(type) {
			case nil:
				b.WriteString(")")
				return false
			case *ast.Comment, *ast.CommentGroup, *ast.EmptyStmt:
				return false
			case *ast.Ident:
				fmt.Fprintf(&b, "(%s", n.Name)
			case *ast.BasicLit:
				fmt.Fprintf(&b, "(%s", strings.ReplaceAll(n.Value, "\r", ""))
			case *ast.UnaryExpr:
				fmt.Fprintf(&b, "(%s", n.Op)
			case *ast.BinaryExpr:
				fmt.Fprintf(&b, "(%s", n.Op)
			case *ast.AssignStmt:
				fmt.Fprintf(&b, "(%s", n.Tok)
			case *ast.BranchStmt:
				fmt.Fprintf(&b, "(%s", n.Tok)
			case *ast.CallExpr:
				fmt.Fprintf(&b, "(call %v", n.Ellipsis.IsValid())
			default:
				fmt.Fprintf(&b, "\n(%T", n)
			}
			return true
		})
	}
	return b.String()
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range x {
		if i >= len(y) || x[i] != y[i] {
			return fmt.Sprintf("%q\n%q", x[i:min(i+3, len(x))], y[min(i, len(y)):min(i+3, len(y))])
		}
	}
	return "one is longer"
}

// commentsOf returns the comments of a source, sorted.
func commentsOf(src []byte) []string {
	var s scanner.Scanner
	fset := token.NewFileSet()
	s.Init(fset.AddFile("", -1, len(src)), src, nil, scanner.ScanComments)
	var list []string
	for {
		_, tok, lit := s.Scan()
		switch tok {
		case token.EOF:
			sort.Strings(list)
			return list
		case token.COMMENT:
			list = append(list, strings.Join(strings.Fields(lit), " "))
		}
	}
}
