package find

import (
	"go/ast"
	"go/types"

	"github.com/greenify-go/greenify/runtime/arity"
)

// wrapper names the function of package patched that wraps a value for a
// parameter of type t.
func wrapper(t types.Type) string {
	if path, name := declared(t); path == "io" && (name == "Reader" || name == "Writer") {
		return name
	}
	return ""
}

// callbackType is the type by which x is called: that of x itself if the parameter
// takes any function.
func callbackType(param, x types.Type) (*types.Signature, bool) {
	if takesAny(param) && x != nil {
		param = x
	}
	sig, ok := param.Underlying().(*types.Signature)
	return sig, ok && arity.Enter.Fits(sig.Params().Len(), sig.Results().Len()) && !sig.Variadic()
}

// handler returns the text around x, given as an http.Handler, that makes its
// requests enter the hub. A nil handler and those of the standard library need none:
// net/http takes nil for its default mux, what is registered with a mux is wrapped
// there, and others only wait. What is already wrapped stays as it is.
func (f *finder) handler(x ast.Expr, as types.Type) (pre, post string) {
	t := f.Info.TypeOf(x)
	if f.Info.Types[x].IsNil() || f.entered(x) || f.fromStd(x) {
		return "", ""
	}
	http := f.qualifier(types.Unalias(as).(*types.Named).Obj().Pkg(), x.Pos())
	if types.IsInterface(t) {
		// It may be nil at run time.
		return "func(h " + http + "Handler) " + http + "Handler { if h == nil || §FromStd(h) { return h }; return " + http + "HandlerFunc(§Enter20(h.ServeHTTP)) }(", ")"
	}
	pre, post = http+"HandlerFunc(§Enter20(", ".ServeHTTP))"
	switch x.(type) {
	case *ast.UnaryExpr, *ast.StarExpr, *ast.BinaryExpr:
		pre, post = pre+"(", ")"+post
	}
	return pre, post
}
