package find

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/greenify-go/greenify/rewrite/rules"
)

// locked returns the lock that a statement takes, "" if it takes none:
// mu.Lock() and green.Lock(&mu) take mu.
func (f *finder) locked(s ast.Stmt) string {
	e, ok := s.(*ast.ExprStmt)
	if !ok {
		return ""
	}
	if lock := f.lockMethod(e.X, "Lock", "RLock"); lock != "" {
		return lock
	}
	call, ok := e.X.(*ast.CallExpr)
	if !ok || len(call.Args) != 1 {
		return ""
	}
	id, _ := callee(call.Fun)
	if id == nil || !fromGreen(f.Info.Uses[id]) || id.Name != "Lock" && id.Name != "RLock" {
		return ""
	}
	x := ast.Unparen(call.Args[0])
	if u, ok := x.(*ast.UnaryExpr); ok && u.Op == token.AND {
		x = u.X
	}
	return lockName(x, "", id.Name)
}

// unlocked returns the lock that a call gives back.
func (f *finder) unlocked(x ast.Expr) string { return f.lockMethod(x, "Unlock", "RUnlock") }

// lockMethod returns the lock of a call of one of the methods of sync. A
// promoted method's is the field that has it, as green.Lock is given it.
func (f *finder) lockMethod(x ast.Expr, names ...string) string {
	call, ok := x.(*ast.CallExpr)
	if !ok {
		return ""
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || !slices.Contains(names, sel.Sel.Name) {
		return ""
	}
	fn, ok := f.Info.Uses[sel.Sel].(*types.Func)
	s := f.Info.Selections[sel]
	if !ok || s == nil || s.Kind() != types.MethodVal || fn.Pkg() == nil || fn.Pkg().Path() != "sync" {
		return ""
	}
	recv, _ := f.receiver(sel.X, s, rules.Call{With: "Lock", Name: "Lock"})
	return lockName(sel.X, recv.post, fn.Name())
}

// condLock names the lock of a condition variable, as locked does.
func condLock(cond ast.Expr) string {
	x := ast.Unparen(cond)
	if u, ok := x.(*ast.UnaryExpr); ok && u.Op == token.AND {
		x = u.X
	}
	return lockName(x, ".L", "Lock")
}

// lockName names a lock for comparison and for people.
func lockName(x ast.Expr, field, method string) string {
	name := types.ExprString(ast.Unparen(x)) + field
	if strings.HasPrefix(method, "R") {
		name += " (for reading)"
	}
	return name
}
