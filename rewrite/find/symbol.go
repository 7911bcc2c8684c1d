package find

import (
	"go/ast"
	"go/types"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/greenify-go/greenify/rewrite/rules"
)

// symbol names the function, method or field that a rule is for.
type symbol struct{ pkg, recv, name string }

// A table indexes the rules.
type table struct {
	rules  map[symbol]rules.Call
	owners map[symbol][]string // by package and name: the types that have a rule for what they call so
}

// ruleIndex is read only.
var ruleIndex = sync.OnceValue(func() table {
	t := table{map[symbol]rules.Call{}, map[symbol][]string{}}
	for _, r := range rules.Calls() {
		t.rules[symbol{r.Pkg, r.Type(), r.Name}] = r
		if r.Recv != "" {
			member := symbol{pkg: r.Pkg, name: r.Name}
			t.owners[member] = append(t.owners[member], r.Type())
		}
	}
	return t
})

// rule returns the rule for an object, if there is one.
func (f *finder) rule(obj types.Object) (rules.Call, bool) {
	if obj == nil || obj.Pkg() == nil {
		return rules.Call{}, false
	}
	s := symbol{pkg: obj.Pkg().Path(), name: obj.Name()}
	switch obj := obj.(type) {
	case *types.Func:
		if recv := obj.Signature().Recv(); recv != nil {
			s.recv = typeName(recv.Type())
		} else if obj.Parent() != obj.Pkg().Scope() {
			return rules.Call{}, false
		}
	case *types.Var:
		s.recv = f.fieldOwner(obj)
	}
	r, ok := f.index.rules[s]
	return r, ok
}

// typeName is the name of a defined type or of what a pointer points to.
func typeName(t types.Type) string {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	if n, ok := types.Unalias(t).(*types.Named); ok {
		return n.Obj().Name()
	}
	return "?"
}

// fieldOwner returns the name of the type that declares the field, among the
// types that have field rules.
func (f *finder) fieldOwner(v *types.Var) string {
	if !v.IsField() {
		return "?"
	}
	for _, owner := range f.index.owners[symbol{pkg: v.Pkg().Path(), name: v.Name()}] {
		if t := v.Pkg().Scope().Lookup(owner); t != nil {
			if st, ok := t.Type().Underlying().(*types.Struct); ok {
				for field := range st.Fields() {
					if field == v {
						return owner
					}
				}
			}
		}
	}
	return "?"
}

// callee returns the identifier that names what is called, and the selector it
// belongs to if there is one.
func callee(fun ast.Expr) (id *ast.Ident, sel *ast.SelectorExpr) {
	switch e := ast.Unparen(fun).(type) {
	case *ast.Ident:
		return e, nil
	case *ast.SelectorExpr:
		return e.Sel, e
	case *ast.IndexExpr:
		return callee(e.X)
	case *ast.IndexListExpr:
		return callee(e.X)
	}
	return nil, nil
}

// typeArgs are the type arguments that are written behind what is called.
func typeArgs(fun ast.Expr) []ast.Expr {
	switch e := ast.Unparen(fun).(type) {
	case *ast.IndexExpr:
		return []ast.Expr{e.Index}
	case *ast.IndexListExpr:
		return e.Indices
	}
	return nil
}

// static is the function that an expression names, nil if it is a value.
func (f *finder) static(x ast.Expr) *types.Func {
	id, _ := callee(x)
	if id == nil {
		return nil
	}
	fn, _ := f.Info.Uses[id].(*types.Func)
	return fn
}

// variable is the variable or field that x names.
func (f *finder) variable(x ast.Expr) *types.Var {
	id, _ := callee(x)
	if id == nil {
		return nil
	}
	v, _ := f.Info.Uses[id].(*types.Var)
	return v
}

func (f *finder) isFuncObject(id *ast.Ident) bool {
	_, ok := f.Info.Uses[id].(*types.Func)
	return ok
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

func deref(t types.Type) types.Type {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}

func isFunc(t types.Type) bool {
	_, ok := t.Underlying().(*types.Signature)
	return ok
}

// takesAny reports whether t is an interface without methods. A function for one that
// has some is called by those of its type.
func takesAny(t types.Type) bool {
	i, ok := t.Underlying().(*types.Interface)
	return ok && i.NumMethods() == 0
}

// isHandler reports whether t is http.Handler.
func isHandler(t types.Type) bool {
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "net/http" && n.Obj().Name() == "Handler"
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

// paramOf is the type of the parameter for argument i.
func (f *finder) paramOf(sig *types.Signature, n *ast.CallExpr, i int) types.Type {
	last := sig.Params().Len() - 1
	if n.Ellipsis.IsValid() && i >= last {
		return sig.Params().At(last).Type()
	}
	return paramType(sig, min(i, last))
}

// channel returns the channel type that t is, or that the types of a type
// parameter are; nil if there is none.
func channel(t types.Type) *types.Chan {
	if t == nil {
		return nil
	}
	if p, ok := types.Unalias(t).(*types.TypeParam); ok {
		return coreChannel(p.Constraint())
	}
	c, _ := t.Underlying().(*types.Chan)
	return c
}

func coreChannel(t types.Type) *types.Chan {
	switch u := t.Underlying().(type) {
	case *types.Chan:
		return u
	case *types.Union:
		return coreChannel(u.Term(0).Type())
	case *types.Interface:
		for i := range u.NumEmbeddeds() {
			if c := coreChannel(u.EmbeddedType(i)); c != nil {
				return c
			}
		}
	}
	return nil
}

// FuncName writes a function as "pkg.F", "pkg.T.F" or "pkg.(*T).F".
func FuncName(fn *types.Func) string {
	recv := receiver(fn)
	if strings.HasSuffix(recv, "?") {
		recv = ""
	}
	return rules.Symbol(fn.Pkg().Name(), recv, fn.Name())
}

// receiver names the type of a method's receiver as a rule does: "T" or "*T"; "" for a
// function.
func receiver(fn *types.Func) string {
	recv := fn.Signature().Recv()
	if recv == nil {
		return ""
	}
	if _, ok := types.Unalias(recv.Type()).(*types.Pointer); ok {
		return "*" + typeName(recv.Type())
	}
	return typeName(recv.Type())
}

// FuncKey names a function among those of its package: "F" or "T.M".
func FuncKey(fn *types.Func) string {
	if recv := fn.Signature().Recv(); recv != nil {
		return typeName(recv.Type()) + "." + fn.Name()
	}
	return fn.Name()
}

func importPath(spec ast.Spec) string {
	return strings.Trim(spec.(*ast.ImportSpec).Path.Value, "`\"")
}

func (f *finder) imports(path string) bool {
	return slices.ContainsFunc(f.Syntax.Imports, func(s *ast.ImportSpec) bool { return s.Path.Value == strconv.Quote(path) })
}
