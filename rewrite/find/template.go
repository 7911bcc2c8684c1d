package find

import (
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"strings"
)

// A Template is a replacement, as source text with holes. The back ends fill the
// holes with the operands of the original: as bytes that stay where they are,
// or as nodes.
type Template struct {
	Node    ast.Node // what is replaced: an expression or a statement
	Parts   []Part   // one; for a select with clauses the header, then each clause's head
	Clauses bool
}

// A Part replaces the source from Pos to End. In Text, $0$ is the first hole, § the
// qualifier of package green or package patched, by the name behind it, and ‹path› that
// of a package that the file does not import.
type Part struct {
	Pos, End token.Pos
	Text     string
	Holes    []Hole
}

// A Hole is an operand. It stays in place unless it is Moved: holes that stay
// are in source order.
type Hole struct {
	X     ast.Expr
	Moved bool
	Copy  bool // Moved, and another hole contains X
}

func in(x ast.Expr) Hole { return Hole{X: x} }

func moved(x ast.Expr) Hole { return Hole{X: x, Moved: true} }

func again(x ast.Expr) Hole { return Hole{X: x, Moved: true, Copy: true} }

func replace(n ast.Node, text string, holes ...Hole) *Template {
	return &Template{Node: n, Parts: []Part{{Pos: n.Pos(), End: n.End(), Text: text, Holes: holes}}}
}

// HoleRef matches a reference to a hole in the text of a part.
var HoleRef = regexp.MustCompile(`\$(\d+)\$`)

// runtimeName matches a name of package green or package patched in the text of a part.
var runtimeName = regexp.MustCompile(`§\w+`)

// packageRef matches a reference to a package in the text of a part.
var packageRef = regexp.MustCompile(`‹[^›]*›`)

// unref is the path that a reference names.
func unref(ref string) string { return strings.TrimSuffix(strings.TrimPrefix(ref, "‹"), "›") }

// Qualify writes the qualifiers into the text of a part.
func (f *File) Qualify(text string) string {
	text = runtimeName.ReplaceAllStringFunc(text, func(ref string) string {
		name := strings.TrimPrefix(ref, "§")
		return f.Names[home(name)] + "." + name
	})
	return packageRef.ReplaceAllStringFunc(text, func(ref string) string { return f.Names[unref(ref)] + "." })
}

// refs returns the paths of the packages that the text of a part refers to.
func refs(text string) []string {
	var paths []string
	for _, name := range runtimeName.FindAllString(text, -1) {
		paths = append(paths, home(strings.TrimPrefix(name, "§")))
	}
	for _, ref := range packageRef.FindAllString(text, -1) {
		paths = append(paths, unref(ref))
	}
	return paths
}

// readable writes a text for people.
func readable(text string) string {
	text = runtimeName.ReplaceAllStringFunc(text, func(ref string) string { return Qualified(strings.TrimPrefix(ref, "§")) })
	return packageRef.ReplaceAllStringFunc(text, func(ref string) string { return path.Base(unref(ref)) + "." })
}
