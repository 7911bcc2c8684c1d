package find

import (
	"go/ast"
	"go/types"
	"strings"

	"github.com/greenify-go/greenify/rewrite/rules"
)

// Foreign tells of packages that are neither patched nor of the standard library: what they
// start are native goroutines, and what they wait for they wait for with the hub.
//
// The table has rules for symbols that people know. These packages have none there, so a call
// is judged by the fact of the function. One that may wait leaves the hub, and a function value
// that may be kept or called in another goroutine enters it:
//
//	pool.Go(f)                      =>  patched.Call10(pool.Go, patched.Enter00(f))
//	router.Get("/", handle)         =>  router.Get("/", patched.Enter20(handle))
//	&cobra.Command{RunE: run}       =>  &cobra.Command{RunE: patched.Enter21(run)}
//	foreign.Hooks["x"] = f          =>  foreign.Hooks["x"] = patched.Enter00(f)
//
// A function that has the hub already does nothing to enter it, so one wrapped in vain is
// slower by some nanoseconds, and that is all. The methods of a type of the program's that
// foreign code calls through an interface begin with defer patched.Enter()(). What none of this
// is possible for is a finding.
type Foreign interface {
	// Is reports whether a package is foreign.
	Is(pkg *types.Package) bool
	// Fact is that of a function of a foreign package; false if nothing is known of it.
	Fact(fn *types.Func) (Fact, bool)
}

// isForeign reports whether an object is declared by a foreign package.
func (f *finder) isForeign(obj types.Object) bool {
	return f.Foreign != nil && obj != nil && obj.Pkg() != nil && obj.Pkg() != f.Pkg && !Runtime(obj.Pkg().Path()) &&
		!rules.Std(obj.Pkg().Path()) && f.Foreign.Is(obj.Pkg())
}

// foreignRule makes a rule for a function, method, field or variable of a foreign package:
// Offload for a function that may wait, Enter for all others.
func (f *finder) foreignRule(obj types.Object) (rules.Call, Fact, bool) {
	if !f.isForeign(obj) {
		return rules.Call{}, Fact{}, false
	}
	r := rules.Call{Group: "thread", Pkg: obj.Pkg().Path(), Name: obj.Name(), Act: rules.Enter, Why: "package " + obj.Pkg().Name() + ", which is not patched, may call it in another goroutine"}
	fact := Fact{Keeps: keepsAll}
	if fn, ok := obj.(*types.Func); ok {
		fn = fn.Origin()
		r.Recv = receiver(fn)
		known, ok := f.Foreign.Fact(fn)
		if recv := fn.Signature().Recv(); recv != nil && types.IsInterface(recv.Type()) {
			fact.Through = known.Through // and it keeps all, for whatever else it holds
		} else if ok {
			fact = known
		}
		if fact.Through != nil {
			r.Act, r.Calls = rules.Offload, true
			r.Why = FuncName(fn) + " may block the hub, through " + strings.Join(fact.Through, ", ") + ": patch package " + fn.Pkg().Name() + " too"
		}
	} else if v, ok := obj.(*types.Var); ok && v.IsField() {
		r.Recv = structOf(v)
	}
	return r, fact, true
}

// structOf names the type that declares a field; "struct" if it has no name.
func structOf(field *types.Var) string {
	scope := field.Pkg().Scope()
	for _, name := range scope.Names() {
		if obj, ok := scope.Lookup(name).(*types.TypeName); ok {
			if st, ok := obj.Type().Underlying().(*types.Struct); ok {
				for v := range st.Fields() {
					if v == field.Origin() {
						return name
					}
				}
			}
		}
	}
	return "struct"
}

// foreignPlace reports whether x is, or belongs to, a variable, field or type of a foreign
// package, or is what one of its functions has returned.
func (f *finder) foreignPlace(x ast.Expr) bool {
	if f.Foreign == nil || f.Info.TypeOf(x) == nil {
		return false
	}
	if named, ok := types.Unalias(f.Info.TypeOf(x)).(*types.Named); ok && f.isForeign(named.Obj()) {
		return true
	}
	switch x := ast.Unparen(f.defined(x)).(type) {
	case *ast.Ident:
		return f.isForeign(f.Info.Uses[x])
	case *ast.SelectorExpr:
		return f.isForeign(f.Info.Uses[x.Sel])
	case *ast.IndexExpr:
		return f.foreignPlace(x.X)
	case *ast.CallExpr:
		id, _ := callee(x.Fun)
		return id != nil && f.isForeign(f.Info.Uses[id])
	}
	return false
}

// placeRule is the rule for a foreign place.
func (f *finder) placeRule(x ast.Expr) rules.Call {
	var obj types.Object
	if named, ok := types.Unalias(f.Info.TypeOf(x)).(*types.Named); ok && f.isForeign(named.Obj()) {
		obj = named.Obj()
	}
	ast.Inspect(f.defined(x), func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && f.isForeign(f.Info.Uses[id]) {
			obj = f.Info.Uses[id]
		}
		return true
	})
	r, _, _ := f.foreignRule(obj)
	r.Act = rules.Enter
	return r
}

// isForeignPath reports whether a type is declared by a foreign package.
func (f *finder) isForeignPath(t types.Type) bool {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	n, ok := types.Unalias(t).(*types.Named)
	return ok && f.isForeign(n.Obj())
}

// notOurs reports whether x runs no patched code: it is a function or method of another
// package that is not patched, or what one of those has made.
func (f *finder) notOurs(x ast.Expr) bool {
	x = ast.Unparen(x)
	if call, ok := x.(*ast.CallExpr); ok {
		if f.Info.Types[call.Fun].IsType() {
			return len(call.Args) == 1 && f.notOurs(call.Args[0])
		}
		x = call.Fun
	}
	id, _ := callee(x)
	if id == nil {
		return false
	}
	fn, ok := f.Info.Uses[id].(*types.Func)
	if !ok || fn.Pkg() == nil || fn.Pkg() == f.Pkg {
		return false
	}
	if recv := fn.Signature().Recv(); recv != nil && types.IsInterface(recv.Type()) {
		return false // of whatever it holds
	}
	return rules.Std(fn.Pkg().Path()) || Runtime(fn.Pkg().Path()) || f.isForeign(fn)
}
