package find

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/greenify-go/greenify/rewrite/rules"
)

// An arg is an operand with the text around it.
type arg struct {
	x         ast.Expr
	pre, post string
}

// receiver writes the receiver of a method of sync as an argument:
//
//	mu.Lock()  =>  green.Lock(&mu)
//	p.Lock()   =>  green.Lock(p)            p a pointer or a sync.Locker
//	s.Lock()   =>  green.Lock(&s.Mutex)     promoted from a field
//
// The operand of & is addressable because the method has a pointer receiver.
func (f *finder) receiver(x ast.Expr, s *types.Selection, r rules.Call) (arg, bool) {
	a := arg{x: x}
	t := s.Recv()
	for _, i := range s.Index()[:len(s.Index())-1] {
		st, ok := deref(t).Underlying().(*types.Struct)
		if !ok {
			return a, false
		}
		field := st.Field(i)
		if !field.Exported() && field.Pkg() != f.Pkg {
			// The outer type has the method too; that is enough for an interface.
			a.post = ""
			a.pre = address(s.Recv())
			return a, r.With == "Lock" && r.Name == "Lock" && f.locker(s.Recv()) || r.With == "Wait" || strings.HasPrefix(r.With, "Try")
		}
		a.post += "." + field.Name()
		t = field.Type()
	}
	a.pre = address(t)
	return a, true
}

// locker reports whether a pointer to t, or t if it is a pointer or interface,
// has the methods of a sync.Locker.
func (f *finder) locker(t types.Type) bool {
	if address(t) == "&" {
		t = types.NewPointer(t)
	}
	set := types.NewMethodSet(t)
	return set.Lookup(f.Pkg, "Lock") != nil && set.Lookup(f.Pkg, "Unlock") != nil
}

// address returns the operator that makes a pointer of a value of type t.
func address(t types.Type) string {
	switch t.Underlying().(type) {
	case *types.Pointer, *types.Interface:
		return ""
	}
	return "&"
}

// interfaceMethod returns the selection of a method that an interface declares.
func (f *finder) interfaceMethod(sel *ast.SelectorExpr) *types.Selection {
	if sel == nil {
		return nil
	}
	s := f.Info.Selections[sel]
	if s == nil || s.Kind() == types.FieldVal || !types.IsInterface(s.Obj().(*types.Func).Signature().Recv().Type()) {
		return nil
	}
	return s
}

// dynamic returns the interface value that a method is called on, if it can be
// evaluated twice: what the call waits in depends on its type at run time.
func (f *finder) dynamic(sel *ast.SelectorExpr, s *types.Selection) *arg {
	if !f.repeatable(sel.X) {
		return nil
	}
	a := &arg{x: sel.X}
	t := s.Recv()
	for _, i := range s.Index()[:len(s.Index())-1] { // promoted
		st, ok := deref(t).Underlying().(*types.Struct)
		if !ok {
			break // of an interface that is embedded in another
		}
		field := st.Field(i)
		if !field.Exported() && field.Pkg() != f.Pkg {
			return nil
		}
		a.post += "." + field.Name()
		t = field.Type()
	}
	return a
}

// repeatable reports whether x is a variable, or a field or element of one:
// evaluated twice it is the same, and has no effect.
func (f *finder) repeatable(x ast.Expr) bool {
	switch x := ast.Unparen(x).(type) {
	case *ast.Ident:
		_, ok := f.Info.Uses[x].(*types.Var)
		return ok
	case *ast.SelectorExpr:
		if f.Info.Selections[x] != nil {
			return f.repeatable(x.X)
		}
		_, ok := f.Info.Uses[x.Sel].(*types.Var) // of another package
		return ok
	case *ast.StarExpr:
		return f.repeatable(x.X)
	case *ast.IndexExpr:
		return f.repeatable(x.X) && (f.Info.Types[x.Index].Value != nil || f.repeatable(x.Index))
	}
	return false
}

// stable reports whether &x is the same pointer whenever it is evaluated: x is
// a variable or a field of one, with no pointer on the way.
func (f *finder) stable(x ast.Expr) bool {
	switch x := ast.Unparen(x).(type) {
	case *ast.Ident:
		_, ok := f.Info.Uses[x].(*types.Var)
		return ok
	case *ast.SelectorExpr:
		if s := f.Info.Selections[x]; s != nil {
			return !s.Indirect() && f.stable(x.X)
		}
		_, ok := f.Info.Uses[x.Sel].(*types.Var) // of another package
		return ok
	}
	return false
}

// fits reports whether x can be passed where a type parameter is already
// inferred to be t. If the type of x is a defined one it would be inferred instead
// of a type literal that x is assignable to.
func (f *finder) fits(x ast.Expr, t types.Type) bool {
	if _, ok := ast.Unparen(x).(*ast.BasicLit); ok {
		return true
	}
	tv := f.Info.Types[x]
	if tv.IsNil() || types.Identical(tv.Type, t) {
		return true
	}
	_, defined := types.Unalias(tv.Type).(*types.Named)
	return !defined && !types.IsInterface(t)
}

// defined returns what a variable is declared to be, if x is one that a
// replacement has declared (goStmt), else x.
func (f *finder) defined(x ast.Expr) ast.Expr {
	id, ok := ast.Unparen(x).(*ast.Ident)
	if !ok || f.Info.Uses[id] == nil {
		return x
	}
	if f.defines == nil {
		f.defines = f.definitions()
	}
	if value, ok := f.defines[f.Info.Uses[id]]; ok {
		return value
	}
	return x
}

// definitions returns the values of the variables that := declares in the file. One walk finds them
// all: generated files have tens of thousands of calls to ask for.
func (f *finder) definitions() map[types.Object]ast.Expr {
	values := map[types.Object]ast.Expr{}
	ast.Inspect(f.Syntax, func(n ast.Node) bool {
		if s, ok := n.(*ast.AssignStmt); ok && s.Tok == token.DEFINE && len(s.Lhs) == len(s.Rhs) {
			for i, l := range s.Lhs {
				if l, ok := l.(*ast.Ident); ok && f.Info.Defs[l] != nil {
					values[f.Info.Defs[l]] = s.Rhs[i]
				}
			}
		}
		return true
	})
	return values
}

// untyped reports whether x, which is not constant, gets its type from where it
// is used: a comparison, or a shift of a constant.
func (f *finder) untyped(x ast.Expr) bool {
	switch x := ast.Unparen(x).(type) {
	case *ast.UnaryExpr:
		return (x.Op == token.NOT || x.Op == token.ADD || x.Op == token.SUB || x.Op == token.XOR) && f.untyped(x.X)
	case *ast.BinaryExpr:
		switch x.Op {
		case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
			return true
		case token.SHL, token.SHR:
			return f.Info.Types[x.X].Value != nil || f.untyped(x.X)
		}
		return slices.ContainsFunc([]ast.Expr{x.X, x.Y}, f.untyped)
	}
	return false
}

// plain reports whether t is the type that an untyped value has by default.
func plain(t types.Type) bool {
	b, ok := t.(*types.Basic)
	return ok && (b.Kind() == types.Bool || b.Kind() == types.Int)
}

// fromStd reports whether x is a function of the standard library, or what one of
// those has made: it calls no patched code but through what it is given itself.
func (f *finder) fromStd(x ast.Expr) bool {
	fun := x
	if call, ok := ast.Unparen(x).(*ast.CallExpr); ok {
		if f.Info.Types[call.Fun].IsType() {
			return f.fromStd(call.Args[0])
		}
		fun = call.Fun
	}
	if id, _ := callee(fun); id != nil {
		if fn, ok := f.Info.Uses[id].(*types.Func); ok && fn.Pkg() != nil && fn.Pkg() != f.Pkg && rules.Std(fn.Pkg().Path()) {
			return true
		}
	}
	t := f.Info.TypeOf(x)
	path, _ := declared(t)
	return path != f.Pkg.Path() && rules.Std(path) && !types.IsInterface(t) && !isFunc(t)
}
