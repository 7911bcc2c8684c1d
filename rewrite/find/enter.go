package find

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/greenify-go/greenify/rewrite/rules"
)

// callback wraps what a call is given, to be called or read from.
//
// time.AfterFunc(d, f)  =>  time.AfterFunc(d, green.Enter00(f))
//
// Only the argument is replaced: the call itself does not wait.
func (f *finder) callback(n *ast.CallExpr) {
	id, sel := callee(n.Fun)
	if id == nil {
		return
	}
	r, ok := f.rule(f.Info.Uses[id])
	if !ok {
		return
	}
	if r.Act == rules.Stream || r.Via {
		f.seen[id] = true
		f.stream(n, sel, r)
		return
	}
	if r.Act != rules.Enter {
		return
	}
	f.seen[id] = true
	i := r.Arg
	if s := f.Info.Selections[sel]; sel != nil && s != nil && s.Kind() == types.MethodExpr {
		i++
	}
	if i >= len(n.Args) {
		f.leave(n, r.Group, r.Symbol(), "its arguments come from one call: assign them to variables first")
		return
	}
	f.enter(n.Args[i], f.Info.TypeOf(n.Fun).Underlying().(*types.Signature).Params().At(i).Type(), r)
}

// enter wraps x, which foreign goroutines will call as a t.
func (f *finder) enter(x ast.Expr, t types.Type, r rules.Call) {
	var pre, post, to string
	if isHandler(t) {
		pre, post = f.handler(x)
		to = "green.Enter20"
	} else if sig, ok := callbackType(t, f.Info.TypeOf(x)); ok && !f.Info.Types[x].IsNil() && !f.entered(x) {
		to = fmt.Sprintf("green.Enter%d%d", sig.Params().Len(), sig.Results().Len())
		pre, post = strings.Replace(to, "green.", "§", 1)+"(", ")"
	}
	if pre == "" {
		return
	}
	f.add(&Site{
		Pos: x.Pos(), End: x.End(), Kind: Enter, Group: r.Group, What: "callback of " + r.Symbol(), To: to, Shape: replace(x, pre+"$0$"+post, in(x)),
		Message: "callback of " + r.Symbol() + " runs outside the hub, " + r.Why + ": wrap it in " + to,
	})
}

// callbackType is the type by which x is called: that of x itself if the parameter
// takes any function.
func callbackType(param, x types.Type) (*types.Signature, bool) {
	if types.IsInterface(param) && x != nil {
		param = x
	}
	sig, ok := param.Underlying().(*types.Signature)
	return sig, ok && sig.Params().Len() <= 4 && sig.Results().Len() <= 2 && !sig.Variadic()
}

func isFunc(t types.Type) bool {
	_, ok := t.Underlying().(*types.Signature)
	return ok
}

// isHandler reports whether t is http.Handler.
func isHandler(t types.Type) bool {
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "net/http" && n.Obj().Name() == "Handler"
}

// handler returns the text around x, an http.Handler, that makes its requests
// enter the hub. A nil handler and a mux need none: net/http takes nil for its
// default mux, and what is registered with a mux is wrapped there. What is
// already wrapped stays as it is.
func (f *finder) handler(x ast.Expr) (pre, post string) {
	t := f.Info.TypeOf(x)
	if f.Info.Types[x].IsNil() || typeName(t) == "ServeMux" || f.entered(x) {
		return "", ""
	}
	http := f.packageName("net/http", x.Pos())
	if http == "" {
		return "", ""
	}
	if types.IsInterface(t) {
		// It may be nil at run time.
		return "func(h " + http + "Handler) " + http + "Handler { if h == nil { return nil }; return " + http + "HandlerFunc(§Enter20(h.ServeHTTP)) }(", ")"
	}
	pre, post = http+"HandlerFunc(§Enter20(", ".ServeHTTP))"
	switch x.(type) {
	case *ast.UnaryExpr, *ast.StarExpr, *ast.BinaryExpr:
		pre, post = pre+"(", ")"+post
	}
	return pre, post
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

// fieldUse wraps what a field with a rule is set to.
func (f *finder) fieldUse(node ast.Expr, obj types.Object, parent ast.Node, r rules.Call) {
	switch p := parent.(type) {
	case *ast.KeyValueExpr:
		if p.Key == node {
			f.enter(p.Value, obj.Type(), r)
		}
	case *ast.AssignStmt:
		if i := slices.Index(p.Lhs, node); i >= 0 && p.Tok == token.ASSIGN && len(p.Lhs) == len(p.Rhs) {
			f.enter(p.Rhs[i], obj.Type(), r)
		}
	}
}
