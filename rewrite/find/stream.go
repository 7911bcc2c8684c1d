package find

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/greenify-go/greenify/rewrite/rules"
)

// streams returns the readers and writers of a call: its operands of interface
// type.
func (f *finder) streams(n *ast.CallExpr, sel *ast.SelectorExpr) []ast.Expr {
	var list []ast.Expr
	if sel != nil && f.Info.Selections[sel] != nil {
		list = append(list, sel.X)
	}
	params := f.Info.TypeOf(n.Fun).Underlying().(*types.Signature).Params()
	for i, x := range n.Args {
		if t := paramType(f.Info.TypeOf(n.Fun).Underlying().(*types.Signature), min(i, params.Len()-1)); wrapper(t) != "" && !n.Ellipsis.IsValid() {
			list = append(list, x)
		}
	}
	return list
}

// paramType is the type of the arguments for a parameter: of each one for the
// variadic parameter.
func paramType(sig *types.Signature, i int) types.Type {
	t := sig.Params().At(i).Type()
	if sig.Variadic() && i == sig.Params().Len()-1 {
		return t.(*types.Slice).Elem()
	}
	return t
}

// wrapper names the function of package green that wraps a value for a
// parameter of type t.
func wrapper(t types.Type) string {
	if path, name := declared(t); path == "io" && (name == "Reader" || name == "Writer") {
		return name
	}
	return ""
}

// stream: io.Copy(dst, src)  =>  io.Copy(green.Writer(dst), green.Reader(src))
//
// What the call does besides reading and writing, which may be patched code,
// goes on as part of the thread.
func (f *finder) stream(n *ast.CallExpr, sel *ast.SelectorExpr, r rules.Call) {
	for _, x := range f.streams(n, sel) {
		if f.memory(x) {
			continue
		}
		kind := "Writer"
		if obj, _, _ := types.LookupFieldOrMethod(f.Info.TypeOf(x), true, f.Pkg, "Read"); obj != nil && !f.writes(n, x) {
			kind = "Reader"
		}
		to := "green." + kind
		f.add(&Site{
			Pos: x.Pos(), End: x.End(), Kind: Offload, Group: r.Group, What: r.Symbol(), To: to, Shape: replace(x, "§"+kind+"($0$)", in(x)),
			Message: r.Symbol() + " holds the hub while it " + r.Why + ": wrap that in " + to,
		})
	}
}

// writes reports whether x is the argument for an io.Writer.
func (f *finder) writes(n *ast.CallExpr, x ast.Expr) bool {
	sig := f.Info.TypeOf(n.Fun).Underlying().(*types.Signature)
	i := slices.Index(n.Args, x)
	return i >= 0 && wrapper(paramType(sig, min(i, sig.Params().Len()-1))) == "Writer"
}

// memory reports whether x never waits, or is wrapped already: buffers, hashes,
// readers and writers that were given a stream when they were made, what the
// package itself defines, and the standard output, where a program says what it
// does and which nobody is late to read.
func (f *finder) memory(x ast.Expr) bool {
	if call, ok := ast.Unparen(f.defined(x)).(*ast.CallExpr); ok {
		if id, _ := callee(call.Fun); id != nil && fromGreen(f.Info.Uses[id]) {
			return true
		}
	}
	if id, _ := callee(x); id != nil {
		if v, ok := f.Info.Uses[id].(*types.Var); ok && v.Pkg() != nil {
			switch v.Pkg().Path() + "." + v.Name() {
			case "os.Stdout", "os.Stderr", "io.Discard":
				return true
			}
		}
	}
	t := f.Info.TypeOf(x)
	path, name := declared(t)
	switch {
	case f.Info.Types[x].IsNil(), path == f.Pkg.Path() && !types.IsInterface(t):
		return true
	case path == "io":
		return name == "LimitedReader" || name == "SectionReader"
	}
	first, _, _ := strings.Cut(path, "/")
	switch first {
	case "bytes", "strings", "bufio", "hash", "text", "encoding", "compress", "archive", "math":
		return true
	case "crypto":
		return path != "crypto/tls"
	}
	return false
}

// defined returns what a variable is declared to be, if x is one that a
// replacement has declared (goStmt), else x.
func (f *finder) defined(x ast.Expr) ast.Expr {
	id, ok := ast.Unparen(x).(*ast.Ident)
	if !ok || f.Info.Uses[id] == nil {
		return x
	}
	ast.Inspect(f.Syntax, func(n ast.Node) bool {
		if s, ok := n.(*ast.AssignStmt); ok && s.Tok == token.DEFINE && len(s.Lhs) == len(s.Rhs) {
			for i, l := range s.Lhs {
				if l, ok := l.(*ast.Ident); ok && f.Info.Defs[l] == f.Info.Uses[id] {
					x = s.Rhs[i]
				}
			}
		}
		return true
	})
	return x
}

// native reports whether the operands of the call run no patched code: they are
// files, connections, buffers, and the bodies that net/http gives. In memory
// nothing waits.
func (f *finder) native(n *ast.CallExpr, sel *ast.SelectorExpr) bool {
	inMemory := func(x ast.Expr) bool {
		path, _ := declared(f.Info.TypeOf(x))
		return path == "bytes" || path == "strings"
	}
	list := f.streams(n, sel)
	if !slices.ContainsFunc(list, func(x ast.Expr) bool { return !inMemory(x) }) {
		return false
	}
	return !slices.ContainsFunc(list, func(x ast.Expr) bool {
		if s, ok := ast.Unparen(x).(*ast.SelectorExpr); ok {
			v, ok := f.Info.Uses[s.Sel].(*types.Var)
			if ok && v.IsField() && v.Name() == "Body" && v.Pkg() != nil && v.Pkg().Path() == "net/http" {
				return false
			}
		}
		switch path, name := declared(f.Info.TypeOf(x)); path {
		case "bytes", "strings", "os":
			return false
		case "net":
			return !strings.HasSuffix(name, "Conn")
		case "net/http":
			return name != "ResponseWriter"
		}
		return true
	})
}

// declared returns the package and the name of a defined type, or of what a
// pointer points to.
func declared(t types.Type) (path, name string) {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	if n, ok := types.Unalias(t).(*types.Named); ok && n.Obj().Pkg() != nil {
		return n.Obj().Pkg().Path(), n.Obj().Name()
	}
	return "", ""
}
