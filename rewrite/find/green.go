package find

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/greenify-go/greenify/runtime/arity"
)

// GreenPath is the import path of package green.
const GreenPath = "github.com/greenify-go/greenify/runtime"

// GreenGo is the go line that a module needs at least to require package green's: the
// one of its go.mod.
const GreenGo = "1.26.0"

// PatchedPath is the import path of package patched, which has what only rewritten code
// calls, and PatchedVersion the name of the version that such code is written for.
const (
	PatchedPath    = GreenPath + "/patched"
	PatchedVersion = "SupportsVersion1"
)

// MainPath is the import path of the package that the file of a patched main
// function, and files of patched tests, import for what it stands for.
const MainPath = GreenPath + "/patchedmain"

// Runtime reports whether a package is one that patched code calls.
func Runtime(path string) bool { return path == GreenPath || strings.HasPrefix(path, GreenPath+"/") }

// fromGreen reports whether an object belongs to package green or package patched.
func fromGreen(obj types.Object) bool {
	return obj != nil && obj.Pkg() != nil && (obj.Pkg().Path() == GreenPath || obj.Pkg().Path() == PatchedPath)
}

// home is the path of the package that a name is of: green or patched.
func home(name string) string {
	if _, generated := arity.Of(name); generated || inPatched[name] || strings.HasPrefix(name, "SupportsVersion") {
		return PatchedPath
	}
	return GreenPath
}

// inPatched are the names of package patched that are not generated.
var inPatched = map[string]bool{
	"Enter": true, "EnterReader": true, "EnterWriter": true, "FromStd": true, "GroupGo": true, "Main": true, "Reader": true,
	"Recv2To": true, "Register": true, "Test": true, "To": true, "Writer": true,
}

// Qualified writes a name of package green or package patched for people.
func Qualified(name string) string {
	if home(name) == PatchedPath {
		return "patched." + name
	}
	return "green." + name
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
// green or package patched.
func (f *finder) greenUses() func(yield func(*ast.Ident) bool) {
	return func(yield func(*ast.Ident) bool) {
		imports := false
		for _, spec := range f.Syntax.Imports {
			imports = imports || importPath(spec) == GreenPath || importPath(spec) == PatchedPath
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

// greenCalls yields the calls of functions of these packages.
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

// isOffload reports whether a function calls its argument outside the hub: Offload,
// OffloadPool.Do and DoContext of package green.
func isOffload(obj types.Object) bool {
	fn, ok := obj.(*types.Func)
	if !ok || !fromGreen(fn) {
		return false
	}
	method := fn.Signature().Recv() != nil
	return fn.Name() == "Offload" && !method || (fn.Name() == "Do" || fn.Name() == "DoContext") && method
}

// inOffload reports whether a node, whose parents the stack has, is part of what
// green.Offload is given.
func (f *finder) inOffload(stack []ast.Node) bool {
	return slices.ContainsFunc(stack, func(outer ast.Node) bool {
		call, ok := outer.(*ast.CallExpr)
		if !ok {
			return false
		}
		id, _ := callee(call.Fun)
		return id != nil && isOffload(f.Info.Uses[id])
	})
}

// isOffloaded reports whether a place is in what green.Offload is given.
func (f *finder) isOffloaded(pos token.Pos) bool {
	for id, call := range f.greenCalls() {
		if isOffload(f.Info.Uses[id]) && call.Lparen < pos && pos < call.Rparen {
			return true
		}
	}
	return false
}

// offloads returns what one of green's Call, Via, Func, Method and Bound functions is
// given to call: the first argument, or the second behind the receiver.
func (f *finder) offloads(call *ast.CallExpr) []ast.Expr {
	id, _ := callee(call.Fun)
	if id == nil || !fromGreen(f.Info.Uses[id]) {
		return nil
	}
	if family, ok := arity.Of(id.Name); ok && family.Outside && len(call.Args) > family.Func {
		return call.Args[family.Func : family.Func+1]
	}
	return nil
}

// entered reports whether x is wrapped by one of green's Enter functions.
func (f *finder) entered(x ast.Expr) bool {
	call, ok := ast.Unparen(x).(*ast.CallExpr)
	if !ok {
		return false
	}
	if f.Info.Types[call.Fun].IsType() {
		return f.entered(call.Args[0])
	}
	if lit, ok := call.Fun.(*ast.FuncLit); ok { // handler wrote it
		list := lit.Body.List
		if len(list) == 0 {
			return false
		}
		last, ok := list[len(list)-1].(*ast.ReturnStmt)
		return ok && len(last.Results) == 1 && f.entered(last.Results[0])
	}
	id, _ := callee(call.Fun)
	return id != nil && fromGreen(f.Info.Uses[id]) && strings.HasPrefix(id.Name, "Enter")
}
