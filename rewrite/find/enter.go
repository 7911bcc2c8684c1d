package find

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/greenify-go/greenify/rewrite/rules"
	"github.com/greenify-go/greenify/runtime/arity"
)

// callback wraps what a call is given, to be called or read from.
//
// time.AfterFunc(d, f)  =>  time.AfterFunc(d, patched.Enter00(f))
//
// Only the argument is replaced: the call itself does not wait.
func (f *finder) callback(n *ast.CallExpr) {
	id, sel := callee(n.Fun)
	if id == nil {
		return
	}
	r, ok := f.rule(f.Info.Uses[id])
	if _, field := f.Info.Uses[id].(*types.Var); !ok || field { // what a field is set to is wrapped (fieldUse)
		return
	}
	if r.Act == rules.Stream || r.Via {
		f.seen[id] = true
		f.stream(n, r)
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

// enter wraps x, which foreign goroutines will call, read or write as a t.
func (f *finder) enter(x ast.Expr, t types.Type, r rules.Call) {
	if f.Info.Types[x].IsNil() || f.entered(x) {
		return
	}
	if id, _ := callee(x); id != nil && isFunc(f.Info.TypeOf(x)) {
		f.seen[id] = true // a value, but none that the program calls
	}
	if f.fromStd(x) {
		return
	}
	what := "callback of " + r.Symbol()
	var pre, post, to, why string
	sig, isCallback := callbackType(t, f.Info.TypeOf(x))
	switch kind := wrapper(t); {
	case kind != "":
		if f.foreign(x) {
			return
		}
		to = "patched.Enter" + kind
		pre, post = "§Enter"+kind+"(", ")"
	case isHandler(t):
		to = "patched.Enter20"
		pre, post = f.handler(x, t)
	case isCallback:
		to = fmt.Sprintf("patched.Enter%d%d", sig.Params().Len(), sig.Results().Len())
		pre, post = strings.Replace(to, "patched.", "§", 1)+"(", ")"
	case isFunc(f.Info.TypeOf(x)) && (takesAny(t) || isFunc(t)):
		why = "it has more parameters or results than patched.Enter takes: give it fewer"
	case !types.IsInterface(f.Info.TypeOf(x)):
		f.byMethods(x, t, r)
		return
	}
	if why != "" {
		f.leave(x, r.Group, what, why)
	}
	if pre == "" {
		return
	}
	f.add(&Site{
		Pos: x.Pos(), End: x.End(), Kind: Enter, Group: r.Group, What: what, To: to, Shape: replace(x, pre+"$0$"+post, in(x)),
		Message: what + " runs outside the hub, " + r.Why + ": wrap it in " + to,
	})
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

// A method is called by code that is not patched, and needs a defer patched.Enter()().
type method struct {
	decl *ast.FuncDecl
	name string // with its type
	rule rules.Call
}

// byMethods has the methods enter the hub by which code that is not patched calls x as
// a t: those of the interface, or all that are exported if it has none. Those that
// this package does not declare it reports.
func (f *finder) byMethods(x ast.Expr, as types.Type, r rules.Call) {
	iface, _ := as.Underlying().(*types.Interface)
	if iface == nil {
		return
	}
	f.methodsOf(x, f.Info.TypeOf(x), as, r)
}

// methodsOf does so with the methods of type t.
func (f *finder) methodsOf(x ast.Expr, t, as types.Type, r rules.Call) {
	iface := as.Underlying().(*types.Interface)
	_, name := declared(t)
	decls := map[string]*ast.FuncDecl{}
	for _, file := range f.Input.Files {
		for _, d := range file.Decls {
			if d, ok := d.(*ast.FuncDecl); ok && d.Recv != nil && d.Body != nil && typeName(f.Info.TypeOf(d.Recv.List[0].Type)) == name {
				decls[d.Name.Name] = d
			}
		}
	}
	if _, ok := t.Underlying().(*types.Pointer); !ok {
		t = types.NewPointer(t)
	}
	for m := range types.NewMethodSet(t).Methods() {
		called := iface.NumMethods() == 0 && m.Obj().Exported()
		for i := range iface.NumMethods() {
			called = called || iface.Method(i).Name() == m.Obj().Name()
		}
		d := decls[m.Obj().Name()]
		switch what := name + "." + m.Obj().Name(); {
		case !called, d != nil && f.startsHub(d):
		case d != nil:
			f.outside = append(f.outside, method{d, what, r})
		default:
			f.add(&Site{
				Pos: x.Pos(), End: x.End(), Kind: Left, Group: r.Group, What: "callback of " + r.Symbol(),
				Message: "method " + what + " runs outside the hub, " + r.Why + ": begin it with defer patched.Enter()()",
			})
		}
	}
}

// methods adds the sites of the methods that byMethods has found, in the files that
// declare them.
func methods(finders []*finder) {
	done := map[*ast.FuncDecl]bool{}
	for _, f := range finders {
		for _, m := range f.outside {
			if done[m.decl] {
				continue
			}
			done[m.decl] = true
			i := slices.IndexFunc(finders, func(w *finder) bool { return w.Syntax.FileStart <= m.decl.Pos() && m.decl.Pos() < w.Syntax.FileEnd })
			_, known := theTable().rules[symbol{m.rule.Pkg, m.rule.Recv, m.rule.Name}]
			finders[i].add(&Site{
				Foreign: !known,
				Pos:     m.decl.Name.Pos(), End: m.decl.Name.End(), Kind: Enter, Group: m.rule.Group, What: m.name, To: "patched.Enter", Shape: finders[i].deferFirst(m.decl, "Enter", ""),
				Message: "method " + m.name + " runs outside the hub, " + m.rule.Why + ": defer patched.Enter first",
			})
		}
	}
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

// takesAny reports whether t is an interface without methods. A function for one that
// has some is called by those of its type.
func takesAny(t types.Type) bool {
	i, ok := t.Underlying().(*types.Interface)
	return ok && i.NumMethods() == 0
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
