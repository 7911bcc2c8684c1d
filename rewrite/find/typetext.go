package find

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"github.com/greenify-go/greenify/rewrite/rules"
)

// typeText writes t, a type with a name, or a slice of or pointer to one, as this
// file can at pos.
func (f *finder) typeText(t types.Type, pos token.Pos) (string, bool) {
	var obj types.Object
	switch t := t.(type) {
	case *types.Slice:
		elem, ok := f.typeText(t.Elem(), pos)
		return "[]" + elem, ok
	case *types.Pointer:
		elem, ok := f.typeText(t.Elem(), pos)
		return "(*" + elem + ")", ok
	case *types.Alias:
		if t.TypeArgs().Len() > 0 {
			return "", false
		}
		obj = t.Obj()
	case *types.Named:
		if t.TypeArgs().Len() > 0 {
			return "", false
		}
		obj = t.Obj()
	case *types.Basic:
		obj = types.Universe.Lookup(t.Name())
	case *types.Interface:
		if t.Empty() {
			obj = types.Universe.Lookup("any")
		}
	}
	if obj == nil {
		return "", false
	}
	if obj.Pkg() == nil || obj.Pkg() == f.Pkg {
		return obj.Name(), f.lookup(obj.Name(), pos) == obj
	}
	p := f.qualifier(obj.Pkg(), pos)
	return p + obj.Name(), p != "" && obj.Exported()
}

// qualifier is how the file names the objects of a package at pos, with a dot: by an
// import that is there, or by one that will be added (nameImports). It is "" for the
// file's own package, and for one that this may not import.
func (f *finder) qualifier(pkg *types.Package, pos token.Pos) string {
	if p := f.packageName(pkg.Path(), pos); p != "" || pkg.Path() == f.Pkg.Path() || !importable(pkg, f.Pkg.Path()) {
		return p
	}
	f.wanted[pkg.Path()] = pkg.Name()
	return "‹" + pkg.Path() + "›"
}

// importable reports whether a package may be imported by another that uses its types
// already: it is not package main, and not internal to others or to the standard library
// (go help packages, "Internal Directories"; cmd/go has std's own copies in vendor).
func importable(pkg *types.Package, by string) bool {
	path := pkg.Path()
	if pkg.Name() == "main" || path == "C" || path == "unsafe" || strings.HasPrefix(path, "vendor/") || strings.HasSuffix(path, "_test") {
		return false
	}
	slashed := "/" + path + "/"
	i := strings.LastIndex(slashed, "/internal/")
	if i < 0 {
		return true
	}
	parent := strings.TrimPrefix(slashed[:i], "/")
	return parent != "" && (by == parent || strings.HasPrefix(by, parent+"/")) && !rules.Std(path)
}

// packageName returns the qualifier, with its dot, by which the file can name
// the objects of a package at pos; "" if it cannot.
func (f *finder) packageName(path string, pos token.Pos) string {
	for _, spec := range f.Syntax.Imports {
		name := f.Info.PkgNameOf(spec)
		if name != nil && name.Imported().Path() == path && f.lookup(name.Name(), pos) == name {
			return name.Name() + "."
		}
	}
	return ""
}

// lookup returns what a name means at pos.
func (f *finder) lookup(name string, pos token.Pos) types.Object {
	scope := f.Info.Scopes[f.Syntax].Innermost(pos)
	if scope == nil {
		scope = f.Info.Scopes[f.Syntax]
	}
	_, obj := scope.LookupParent(name, pos)
	return obj
}

// instance writes the type arguments of a generic function, which have to be there where it
// is a value, if they are not there already.
func (f *finder) instance(n *ast.CallExpr, inst types.Instance) (string, bool) {
	switch ast.Unparen(n.Fun).(type) {
	case *ast.IndexListExpr:
		return "", false // some of them may be
	case *ast.IndexExpr:
		return "", inst.TypeArgs.Len() == 1
	}
	var list []string
	for t := range inst.TypeArgs.Types() {
		name, ok := f.typeText(t, n.Pos())
		if !ok {
			return "", false
		}
		list = append(list, name)
	}
	return "[" + strings.Join(list, ", ") + "]", true
}
