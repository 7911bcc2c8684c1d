// Package splice edits Go source by inserting and replacing text at syntax
// positions. It never adds or removes a newline, so every line number of the
// result is that of the original: stack traces, runtime.Caller, coverage
// profiles and debuggers keep showing the file the user wrote.
//
// An edit names a declaration and a piece of source text inside it. The text
// is matched against whole syntax nodes (statements, expressions, struct
// fields), never against raw bytes, so comments and strings cannot match by
// accident, and a different number of matches than the edit expects is an
// error: the source is not the one the edit was written for.
package splice

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"sort"
	"strings"

	"github.com/greenify-go/greenify/rewrite/plural"
)

// An Op says where the text of an Edit goes, relative to what it matches.
type Op int

const (
	Entry   Op = iota // first in the body of the function; Match is not used
	End               // last in the body of the function; Match is not used
	Before            // in front of the matched node
	After             // behind the matched node
	Replace           // in place of the matched node
)

var opNames = [...]string{"entry", "end", "before", "after", "replace"}

func (op Op) String() string { return opNames[op] }

// An Edit is one change to one declaration of a file.
type Edit struct {
	Decl  string // "F", "T.F" or "T" for a function, method or type
	Op    Op
	Match string // source text of the node, blanks folded; ending in "{" it is a prefix: the head of a statement
	Text  string // what to insert, without newlines
	Sites int    // how many nodes must match
}

// A MismatchError reports that a declaration does not have the sites an edit
// expects. The source is then of a version that the edit was not written for.
type MismatchError struct {
	Pos        token.Position // of the declaration, or of the file when it is missing
	Edit       Edit
	Found      int
	DeclExists bool
}

func (e *MismatchError) Error() string {
	if !e.DeclExists {
		return fmt.Sprintf("%s: no declaration of %s", e.Pos.Filename, e.Edit.Decl)
	}
	return fmt.Sprintf("%s: %s has %s for %q, want %d", e.Pos, e.Edit.Decl, plural.Of(e.Found, "site"), e.Edit.Match, e.Edit.Sites)
}

// Apply returns src with all edits made. It makes all of them or none.
// The error is a *MismatchError, or the parser's.
func Apply(filename string, src []byte, edits []Edit) ([]byte, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, filename, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	tf := fset.File(file.FileStart)
	var ins []insertion
	for _, e := range edits {
		if strings.Contains(e.Text, "\n") {
			return nil, fmt.Errorf("%s: edit of %s would add a line", filename, e.Decl)
		}
		decl := findDecl(file, e.Decl)
		if decl == nil {
			return nil, &MismatchError{Pos: token.Position{Filename: filename}, Edit: e}
		}
		found := sites(tf, src, decl, e)
		if len(found) != e.Sites {
			return nil, &MismatchError{Pos: fset.Position(decl.Pos()), Edit: e, Found: len(found), DeclExists: true}
		}
		ins = append(ins, found...)
	}
	return apply(src, ins)
}

// An insertion replaces src[from:to] by text; from == to inserts.
type insertion struct {
	from, to int
	text     string
}

func apply(src []byte, ins []insertion) ([]byte, error) {
	sort.SliceStable(ins, func(i, j int) bool { return ins[i].from < ins[j].from })
	var out strings.Builder
	pos := 0
	for _, in := range ins {
		if in.from < pos {
			return nil, fmt.Errorf("two edits overlap at offset %d", in.from)
		}
		if strings.Count(string(src[in.from:in.to]), "\n") != 0 {
			return nil, fmt.Errorf("edit at offset %d would remove a line", in.from)
		}
		out.Write(src[pos:in.from])
		out.WriteString(in.text)
		pos = in.to
	}
	out.Write(src[pos:])
	return []byte(out.String()), nil
}

func sites(tf *token.File, src []byte, decl ast.Node, e Edit) []insertion {
	switch e.Op {
	case Entry, End:
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			return nil
		}
		if e.Op == Entry {
			at := tf.Offset(fn.Body.Lbrace) + 1
			return []insertion{{at, at, " " + e.Text + ";"}}
		}
		at := tf.Offset(fn.Body.Rbrace)
		return []insertion{{at, at, "; " + e.Text + " "}}
	}
	var found []insertion
	seen := map[int]bool{}
	ast.Inspect(decl, func(n ast.Node) bool {
		switch n.(type) {
		case ast.Stmt, ast.Expr, *ast.Field, *ast.ValueSpec:
		default:
			return true
		}
		from, to := tf.Offset(n.Pos()), tf.Offset(n.End())
		if !matches(string(src[from:to]), e.Match) || seen[from] {
			return true
		}
		seen[from] = true
		switch e.Op {
		case Before:
			found = append(found, insertion{from, from, e.Text + "; "})
		case After:
			found = append(found, insertion{to, to, "; " + e.Text})
		case Replace:
			found = append(found, insertion{from, to, e.Text})
		}
		return true
	})
	return found
}

func matches(text, want string) bool {
	text = strings.Join(strings.Fields(text), " ")
	if strings.HasSuffix(want, "{") {
		return strings.HasPrefix(text, want)
	}
	return text == want
}

func findDecl(file *ast.File, name string) ast.Node {
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if FuncName(d) == name {
				return d
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if ts, ok := s.(*ast.TypeSpec); ok && ts.Name.Name == name {
					return ts
				}
			}
		}
	}
	return nil
}

// FuncName is "F" for a function and "T.F" for a method of T or *T.
func FuncName(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return d.Name.Name
	}
	if recv := TypeName(d.Recv.List[0].Type); recv != "" {
		return recv + "." + d.Name.Name
	}
	return d.Name.Name
}

// TypeName is the name of a receiver's type: T for *T, (T) and T[P]; "" if it has none.
func TypeName(t ast.Expr) string {
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.ParenExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}
