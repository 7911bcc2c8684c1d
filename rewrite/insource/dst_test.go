package insource

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/scanner"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/pmezard/go-difflib/difflib"

	"github.com/greenify-go/greenify/rewrite/find"
	"github.com/greenify-go/greenify/rewrite/find/load"
	"github.com/greenify-go/greenify/testdata/corpus"
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

// loadCorpus loads the analyzer's test data with package green itself.
func loadCorpus(t *testing.T) []*load.Package {
	t.Helper()
	dir := corpus.Copy(t, "../greenify/testdata")
	green := filepath.Join(dir, "src/github.com/greenify-go/greenify/runtime")
	if err := os.RemoveAll(green); err != nil {
		t.Fatal(err)
	}
	runtimeFiles(t, green)
	return corpus.Load(t, dir)
}

// The nodes that dst writes and the text edits give the same program, every
// comment is kept, the result type-checks and is as gofmt would have it, and
// there is nothing left to do.
func TestPatch(t *testing.T) {
	for _, p := range loadCorpus(t) {
		t.Run(p.Path, func(t *testing.T) { agree(t, p, true) })
	}
}

// agree checks one package and returns the number of files that were patched.
func agree(t *testing.T, p *load.Package, typecheck bool) int {
	t.Helper()
	source, err := patchFiles(p.Fset, p.Find())
	if err != nil {
		t.Error(err)
		return 0
	}
	for _, f := range p.Find() {
		out := source[f.Name]
		if out == nil {
			unpatched(t, p, f)
			continue
		}
		spliced := f.Apply()
		if a, b := shape(t, f.Name, spliced), shape(t, f.Name, out); a != b {
			t.Errorf("%s: dst and splice differ\n%s\n-- splice --\n%s\n-- dst --\n%s", f.Name, firstDifference(a, b), spliced, out)
		}
		sameBytes(t, f, spliced, out)
		if a, b := commentsOf(f.Src), commentsOf(out); !slices.Equal(a, b) {
			t.Errorf("%s: comments changed: %q, were %q\n%s", f.Name, b, a, out)
		}
		lf := bytes.ReplaceAll(bytes.TrimPrefix(out, bom), []byte("\r\n"), []byte("\n"))
		formatted, err := format.Source(lf)
		if err != nil {
			t.Errorf("%s: %v", f.Name, err)
			continue
		}
		src := bytes.ReplaceAll(bytes.TrimPrefix(f.Src, bom), []byte("\r\n"), []byte("\n"))
		if bytes.Equal(gofmt(t, f.Name, src), src) && !bytes.Equal(formatted, lf) {
			t.Errorf("%s: gofmt would change the result, and not the original:\n%s", f.Name, out)
		}
		lf = formatted
		unaffected(t, f, lf)
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
	for _, f := range q.Find() {
		for _, s := range f.Sites {
			if s.Active() && !f.Generated {
				t.Errorf("%s: still to be replaced: %s", q.Fset.Position(s.Pos), s.Message)
			}
		}
	}
	return len(source)
}

// byNature are the kinds of files in which what dst writes may differ from the edits, after
// gofmt: how lines are broken, and where comments are.
var byNature = []struct {
	why string
	is  func(*find.File, *find.Site) bool
}{
	{"a comment inside text that goes away: the edits leave it there, dst, where it has no place, puts it above the statement",
		func(f *find.File, s *find.Site) bool {
			return slices.ContainsFunc(f.Syntax.Comments, func(c *ast.CommentGroup) bool { return dropped(s, c.Pos()) })
		}},
	{"a statement is added to a body on one line: the edits keep the line, dst has a line for each statement",
		func(f *find.File, s *find.Site) bool {
			d, ok := s.Template.Node.(*ast.FuncDecl)
			return ok && !bytes.Contains(f.Src[d.Body.Pos()-f.Syntax.FileStart:d.Body.End()-f.Syntax.FileStart], []byte("\n"))
		}},
	{"a call that another one takes the place of has its arguments on lines of their own: the edits leave the line breaks beside them, dst, which writes the new call, has none there",
		func(f *find.File, s *find.Site) bool {
			call, ok := s.Template.Node.(*ast.CallExpr)
			return ok && len(call.Args) > 0 && bytes.Contains(f.Src[call.Lparen-f.Syntax.FileStart:call.Args[0].Pos()-f.Syntax.FileStart], []byte("\n"))
		}},
	{"the file is not as gofmt writes it: dst has what gofmt makes of its lines before the patch, the edits after it",
		func(f *find.File, s *find.Site) bool {
			out, err := format.Source(f.Src)
			return err != nil || !bytes.Equal(out, f.Src)
		}},
}

// dropped reports whether a site replaces what is at pos, which is in no operand.
func dropped(s *find.Site, pos token.Pos) bool {
	in := false
	for _, part := range s.Template.Parts {
		in = in || part.Pos <= pos && pos < part.End
		for _, h := range part.Holes {
			if h.X.Pos() <= pos && pos < h.X.End() {
				return false
			}
		}
	}
	return in
}

// sameBytes checks that the edits and dst give the same bytes after gofmt, but for files of
// the kinds in byNature.
func sameBytes(t *testing.T, f *find.File, spliced, out []byte) {
	t.Helper()
	if f.LineDirectives() { // it is edited in its bytes
		return
	}
	plain := func(src []byte) []byte { return gofmt(t, f.Name, bytes.TrimPrefix(src, bom)) }
	a, b := plain(spliced), plain(out)
	if bytes.Equal(a, b) {
		return
	}
	for _, s := range f.Sites {
		for _, kind := range byNature {
			if s.Active() && kind.is(f, s) {
				return
			}
		}
	}
	diff, _ := difflib.GetUnifiedDiffString(difflib.UnifiedDiff{A: difflib.SplitLines(string(a)), FromFile: "edits", B: difflib.SplitLines(string(b)), ToFile: "dst", Context: 2})
	t.Errorf("%s: the edits and dst differ:\n%s", f.Name, diff)
}

// gofmt is what gofmt makes of a source. What it does with carriage returns inside
// comments is of no interest here.
func gofmt(t *testing.T, name string, src []byte) []byte {
	t.Helper()
	out, err := format.Source(bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n")))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return out
}

// unpatched checks that dst writes a file in which there is nothing to patch as
// gofmt does, to the byte.
func unpatched(t *testing.T, p *load.Package, f *find.File) {
	t.Helper()
	if bytes.Contains(f.Src, []byte("\r\n")) || f.Active() {
		return
	}
	out, err := patch(&syntaxTree{p.Fset, f.Syntax, nil}, f)
	if err != nil {
		t.Error(err)
	} else if want := gofmt(t, f.Name, f.Src); !bytes.Equal(out, want) {
		t.Errorf("%s: dst does not write it as gofmt does:\n%s", f.Name, firstDifference(string(want), string(out)))
	}
}

// unaffected checks that the declarations without a site are the same to the byte,
// after gofmt, with their comments and what follows them.
func unaffected(t *testing.T, f *find.File, out []byte) {
	t.Helper()
	affected := map[int]bool{}
	decls := notImports(f.Syntax)
	for _, s := range f.Sites {
		for i, d := range decls {
			affected[i] = affected[i] || s.Active() && d.Pos() <= s.Pos && s.Pos < d.End()
		}
	}
	before, after := segments(t, f.Name, gofmt(t, f.Name, f.Src)), segments(t, f.Name, out)
	if len(after) == len(before)+1 { // the registration is the first of them
		after = after[1:]
	}
	if len(before) != len(after) || len(before) != len(decls) {
		t.Errorf("%s: %d declarations, were %d", f.Name, len(after), len(before))
		return
	}
	for i := range before {
		if !affected[i] && before[i] != after[i] {
			t.Errorf("%s: a declaration without a site changed:\n%s\n-- before --\n%s\n-- after --\n%s", f.Name, firstDifference(before[i], after[i]), before[i], after[i])
		}
	}
}

func notImports(file *ast.File) []ast.Decl {
	return slices.DeleteFunc(slices.Clone(file.Decls), func(d ast.Decl) bool {
		g, ok := d.(*ast.GenDecl)
		return ok && g.Tok == token.IMPORT
	})
}

// segments cuts a source up: each declaration but imports, from its comment to that
// of the next one.
func segments(t *testing.T, name string, src []byte) []string {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Errorf("%v\n%s", err, src)
		return nil
	}
	var starts []int
	for _, d := range notImports(file) {
		pos := d.Pos()
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Doc != nil {
				pos = d.Doc.Pos()
			}
		case *ast.GenDecl:
			if d.Doc != nil {
				pos = d.Doc.Pos()
			}
		}
		starts = append(starts, fset.Position(pos).Offset)
	}
	var list []string
	for i, start := range starts {
		end := len(src)
		if i+1 < len(starts) {
			end = starts[i+1]
		}
		list = append(list, string(src[start:end]))
	}
	return list
}

// left counts the findings that no patch removes.
func left(p *load.Package) int {
	n := 0
	for _, f := range p.Find() {
		for _, s := range f.Sites {
			if s.Template == nil && s.Kind != find.Mixed && s.Kind != find.Held {
				n++
			}
		}
	}
	return n
}

// shape writes the syntax tree: all of it but positions and comments, imports
// sorted, and without empty statements, which the text edits leave.
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
	for _, d := range notImports(file) {
		b.WriteString("\n")
		writeNode(&b, reflect.ValueOf(d))
	}
	return b.String()
}

// meaningful are the positions that say more than where something is: a call with
// ..., an alias.
var meaningful = []string{"Ellipsis", "Assign"}

// writeNode writes a node with all of its fields.
func writeNode(b *strings.Builder, v reflect.Value) {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			b.WriteString("nil ")
			return
		}
		switch n := v.Interface().(type) {
		case *ast.CommentGroup, *ast.EmptyStmt:
			return
		case *ast.BasicLit:
			fmt.Fprintf(b, "%s ", strings.ReplaceAll(n.Value, "\r", ""))
			return
		case *ast.Ident:
			fmt.Fprintf(b, "%s ", n.Name)
			return
		}
		writeNode(b, v.Elem())
	case reflect.Slice:
		b.WriteString("[")
		for i := range v.Len() {
			writeNode(b, v.Index(i))
		}
		b.WriteString("] ")
	case reflect.Struct:
		fmt.Fprintf(b, "\n%s{", v.Type().Name())
		for i := range v.NumField() {
			field := v.Type().Field(i)
			pos, isPos := v.Field(i).Interface().(token.Pos)
			switch {
			case isPos && slices.Contains(meaningful, field.Name):
				fmt.Fprintf(b, "%v ", pos.IsValid())
			case isPos || field.Name == "Implicit" || field.Name == "Doc" || field.Name == "Comment":
			default:
				writeNode(b, v.Field(i))
			}
		}
		b.WriteString("}")
	default:
		fmt.Fprintf(b, "%v ", v.Interface())
	}
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
