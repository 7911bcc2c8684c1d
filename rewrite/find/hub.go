package find

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
	"strings"

	"github.com/greenify-go/greenify/rewrite/rules"
)

// hub adds what a patched package needs once: its registration, and in package
// main the start of the hub. It reports files that are left unpatched.
func hub(in Input, files []*finder) {
	version := rules.CallVersion()
	var (
		patched    bool    // a file uses package green
		first      *finder // that can take the registration
		registered bool
		main       *ast.FuncDecl
		mainFile   *finder
		started    bool
	)
	for _, f := range files {
		uses := f.usesGreen()
		patched = patched || uses
		if f.editable() && (f.Active() || uses) && (first == nil || f.Name < first.Name) {
			first = f
		}
		for _, d := range f.Syntax.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if in.Pkg.Name() == "main" && d.Recv == nil && d.Name.Name == "main" && d.Body != nil {
					main, mainFile = d, f
				}
			}
		}
		for id, call := range f.greenCalls() {
			switch id.Name {
			case "Register":
				registered = true
				f.version(call, 1, version, Register, "the package registers")
			case "Main":
				started = true
				f.version(call, 0, version, Main, "main starts the hub with")
			}
		}
	}
	if patched {
		for _, f := range files {
			if f.editable() && f.Active() && !f.usesGreen() {
				f.add(&Site{
					Pos: f.Syntax.Name.Pos(), End: f.Syntax.Name.End(), Kind: Mixed, What: "file",
					Message: "other files of this package are patched, this one is not: run greenify rewrite -w on the package",
				})
			}
		}
	}
	if main != nil && !started && mainFile.editable() && (first != nil || in.Main) {
		at := main.Body.Lbrace + 1
		mainFile.add(&Site{
			Pos: main.Name.Pos(), End: main.Name.End(), Kind: Main, What: "main", To: "green.Main",
			Message: "main does not start the hub: defer green.Main first",
			Shape:   &Shape{Node: main, Parts: []Part{{Pos: at, End: at, Text: fmt.Sprintf(" defer §Main(%q)();", version)}}},
		})
		if first == nil {
			first = mainFile
		}
	}
	if first != nil && !registered {
		at := first.Syntax.Name.End()
		for _, d := range first.Syntax.Decls {
			if d, ok := d.(*ast.GenDecl); ok && d.Tok == token.IMPORT {
				at = d.End()
			}
		}
		first.add(&Site{
			Pos: first.Syntax.Name.Pos(), End: first.Syntax.Name.End(), Kind: Register, What: "package", To: "green.Register",
			Message: "the package is patched but not registered: add a call of green.Register",
			Shape:   &Shape{Node: first.Syntax, Parts: []Part{{Pos: at, End: at, Text: fmt.Sprintf("%svar _ = §Register(%q, %q)", first.newDecl(), in.Pkg.Path(), version)}}},
		})
	}
}

// newDecl separates a declaration from the one before.
func (f *finder) newDecl() string {
	if f.Lines {
		return "; "
	}
	return f.newline() + f.newline()
}

// editable reports whether a back end may change the file.
func (f *File) editable() bool {
	return !f.Generated && f.Ignored == "" && f.Src != nil && !strings.HasSuffix(f.Name, "_test.go")
}

func (f *finder) usesGreen() bool {
	for id := range f.greenUses() {
		if id != nil {
			return true
		}
	}
	return false
}

// greenUses yields the identifiers of the file that name something of package
// green.
func (f *finder) greenUses() func(yield func(*ast.Ident) bool) {
	return func(yield func(*ast.Ident) bool) {
		imports := false
		for _, spec := range f.Syntax.Imports {
			imports = imports || importPath(spec) == GreenPath
		}
		if !imports {
			return
		}
		more := true
		ast.Inspect(f.Syntax, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && more && fromGreen(f.Info.Uses[id]) {
				more = yield(id)
			}
			return more
		})
	}
}

// greenCalls yields the calls of functions of package green.
func (f *finder) greenCalls() func(yield func(*ast.Ident, *ast.CallExpr) bool) {
	return func(yield func(*ast.Ident, *ast.CallExpr) bool) {
		names := map[*ast.Ident]bool{}
		for id := range f.greenUses() {
			names[id] = true
		}
		if len(names) == 0 {
			return
		}
		more := true
		ast.Inspect(f.Syntax, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && more {
				if id, _ := callee(call.Fun); id != nil && names[id] {
					more = yield(id, call)
				}
			}
			return more
		})
	}
}

// version checks the version of the rules that a call names.
func (f *finder) version(call *ast.CallExpr, i int, want string, kind Kind, what string) {
	if i >= len(call.Args) {
		return
	}
	lit, ok := call.Args[i].(*ast.BasicLit)
	if !ok {
		return
	}
	if have, err := strconv.Unquote(lit.Value); err == nil && have != want {
		f.add(&Site{
			Pos: lit.Pos(), End: lit.End(), Kind: kind, What: "rules version", To: want, Shape: replace(lit, strconv.Quote(want)),
			Message: fmt.Sprintf("%s rules %s, this greenify has %s: rewrite the package", what, have, want),
		})
	}
}

// held reports locks that stay held while the thread waits, with nothing that
// unlocks them if the wait panics:
//
//	mu.Lock()
//	x := <-c
//	mu.Unlock()
func (f *finder) held() {
	var found []*Site
	ast.Inspect(f.Syntax, func(n ast.Node) bool {
		var list []ast.Stmt
		switch n := n.(type) {
		case *ast.BlockStmt:
			list = n.List
		case *ast.CaseClause:
			list = n.Body
		case *ast.CommClause:
			list = n.Body
		default:
			return true
		}
		for i, s := range list {
			if s := f.heldFrom(s, list[i+1:]); s != nil {
				found = append(found, s)
			}
		}
		return true
	})
	f.Sites = append(f.Sites, found...)
}

// heldFrom returns a site if s locks what a statement of rest unlocks, and
// something between them waits.
func (f *finder) heldFrom(s ast.Stmt, rest []ast.Stmt) *Site {
	lock, what := f.lockCall(s, "Lock", "RLock")
	if lock == nil {
		return nil
	}
	for _, t := range rest {
		if d, ok := t.(*ast.DeferStmt); ok {
			if _, x := f.lockCall(&ast.ExprStmt{X: d.Call}, "Unlock", "RUnlock"); x == what {
				return nil
			}
		}
		if _, x := f.lockCall(t, "Unlock", "RUnlock"); x != what {
			continue
		}
		for _, w := range f.Sites {
			waits := (w.Kind == Yield && w.To != "green.Go" || w.Kind == Offload) && w.Shape != nil
			if waits && s.End() <= w.Pos && w.Pos < t.Pos() && !f.deferred(rest, w.Pos) {
				return &Site{
					Pos: s.Pos(), End: s.End(), Kind: Held, Group: "thread", What: "lock",
					Message: fmt.Sprintf("%s is held while %s waits, and stays locked if that panics: defer the unlock", what, w.What),
				}
			}
		}
		return nil
	}
	return nil
}

// deferred reports whether pos is in a function literal or go statement below
// the statements: it does not run here.
func (f *finder) deferred(list []ast.Stmt, pos token.Pos) bool {
	found := false
	for _, s := range list {
		ast.Inspect(s, func(n ast.Node) bool {
			if lit, ok := n.(*ast.FuncLit); ok && lit.Pos() <= pos && pos < lit.End() {
				found = true
			}
			return !found
		})
	}
	return found
}

// lockCall returns the call of a method of sync with one of the names, and the
// text of its receiver.
func (f *finder) lockCall(s ast.Stmt, names ...string) (*ast.CallExpr, string) {
	e, ok := s.(*ast.ExprStmt)
	if !ok {
		return nil, ""
	}
	call, ok := e.X.(*ast.CallExpr)
	if !ok {
		return nil, ""
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return nil, ""
	}
	fn, ok := f.Info.Uses[sel.Sel].(*types.Func)
	if !ok || fn.Pkg() == nil || fn.Pkg().Path() != "sync" || fn.Signature().Recv() == nil {
		return nil, ""
	}
	for _, name := range names {
		if fn.Name() == name {
			return call, types.ExprString(sel.X)
		}
	}
	return nil, ""
}
