package find

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/greenify-go/greenify/rewrite/rules"
	"github.com/greenify-go/greenify/runtime/arity"
)

// use handles an identifier with a rule that is not the callee of a call:
//
//	f := time.Sleep     =>  f := green.Sleep
//	f := mu.Lock        =>  f := func() { green.Lock(&mu) }
//	get := http.Get     =>  get := patched.Func12(http.Get)
//	s.ConnState = f     =>  s.ConnState = patched.Enter20(f)
//
// The replacement is a function of the same type. A method value evaluates its receiver
// where it stands; the literal does so when it is called, so the receiver must be one whose
// address never changes (stable).
//
// Any other method value is a finding and not replaced. So are a method expression, and a
// function whose call is written differently depending on its arguments, which are not known
// here. A value that is given to green's Call and Enter functions is already where it belongs.
func (f *finder) use(id *ast.Ident, stack []ast.Node) {
	obj := f.Info.Uses[id]
	if obj == nil || obj.Pkg() == nil {
		return
	}
	if obj.Pkg().Path() == "runtime" && obj.Name() == "LockOSThread" {
		f.add(&Site{
			Pos: id.Pos(), End: id.End(), Kind: Pinned, Group: "thread", What: "runtime.LockOSThread",
			Message: "runtime.LockOSThread makes every switch to this thread a switch of OS threads: pin a native goroutine with green.Offload instead",
		})
		return
	}
	r, ok := f.rule(obj)
	if !ok {
		f.foreignUse(id, obj, stack)
		return
	}
	var (
		what   = r.Symbol()
		node   = ast.Expr(id)
		parent = stack[len(stack)-1]
	)
	if sel, ok := parent.(*ast.SelectorExpr); ok && sel.Sel == id {
		node, parent = sel, stack[len(stack)-2]
	}
	if _, ok := obj.(*types.Var); ok {
		f.fieldUse(node, obj, parent, r)
		return
	}
	switch call, _ := parent.(*ast.CallExpr); {
	case r.Act == rules.Offload && (f.offloaded(node, parent) || call != nil && f.entered(call)):
	case r.Act == rules.Report:
		if !f.inOffload(stack) {
			f.unpatchable(node, r.Group, what, r.Why)
		}
	case r.Act == rules.Offload:
		f.offloadValue(node, r)
	case r.Act != rules.Yield:
		f.unpatchable(node, r.Group, what, "it is used as a value: call it in a function literal instead")
	case r.Recv == "":
		f.value(node, r, replace(node, "§"+r.With))
	default:
		sel := node.(*ast.SelectorExpr)
		s := f.Info.Selections[sel]
		if s == nil || s.Kind() != types.MethodVal {
			f.unpatchable(node, r.Group, what, "it is used as a method expression: call it in a function literal instead")
			return
		}
		recv, ok := f.receiver(sel.X, s, r)
		if !ok || recv.pre != "&" || !f.stable(sel.X) {
			f.unpatchable(node, r.Group, what, "the receiver of the method value may change before the call: call it in a function literal instead")
			return
		}
		text := "func() { §" + r.With + "(&$0$" + recv.post + ") }"
		switch r.With {
		case "Do", "WaitGo":
			text = "func(f func()) { §" + r.With + "(&$0$" + recv.post + ", f) }"
		case "GroupGo":
			text = "func(f func() error) { §" + r.With + "(&$0$" + recv.post + ", f) }"
		case "TryLock", "TryRLock":
			text = "func() bool { return §" + r.With + "(&$0$" + recv.post + ") }"
		}
		f.value(node, r, replace(node, text, in(sel.X)))
	}
}

// value: f := time.Sleep  =>  f := green.Sleep
func (f *finder) value(node ast.Expr, r rules.Call, tmpl *Template) {
	f.add(&Site{
		Pos: node.Pos(), End: node.End(), Kind: Yield, Group: r.Group, What: r.Symbol(), To: Qualified(r.With), Template: tmpl,
		Message: r.Symbol() + " " + fact(r) + ": replace it by " + Qualified(r.With),
	})
}

// offloadValue:
//
//	get := http.Get      =>  get := patched.Func12(http.Get)
//	serve(h.ServeHTTP)   =>  serve(patched.Bound20(h, h.ServeHTTP))    h an interface value
func (f *finder) offloadValue(node ast.Expr, r rules.Call) {
	sel, _ := node.(*ast.SelectorExpr)
	sig := f.Info.TypeOf(node).Underlying().(*types.Signature)
	fits := !sig.Variadic() && arity.Func.Fits(sig.Params().Len(), sig.Results().Len()) && !r.Calls && !r.IfOperandsWait
	for v := range sig.Params().Variables() {
		fits = fits && wrapper(v.Type()) == "" && !isHandler(v.Type()) // what enters the hub
	}
	family, holes, recv := "Func", []Hole{in(node)}, ""
	if s := f.interfaceMethod(sel); s != nil {
		on := f.dynamic(sel, s)
		if fits = fits && on != nil && s.Kind() == types.MethodVal; fits {
			family, holes, recv = "Bound", append(holes, again(on.x)), "$1$"+on.post+", "
		}
	}
	if !fits {
		f.unpatchable(node, r.Group, r.Symbol(), "it is used as a value: call it in a function literal instead")
		return
	}
	to := fmt.Sprintf("%s%d%d", family, sig.Params().Len(), sig.Results().Len())
	f.add(&Site{
		Pos: node.Pos(), End: node.End(), Kind: Offload, Group: r.Group, What: r.Symbol(), To: Qualified(to), Later: true,
		Template: replace(node, "§"+to+"("+recv+"$0$)", holes...),
		Message:  r.Symbol() + " " + fact(r) + ": wrap it in " + Qualified(to),
	})
}

// offloaded reports whether a function value is there for one of green's Call
// functions: as an argument, or through the variable that a go statement became.
func (f *finder) offloaded(node ast.Expr, parent ast.Node) bool {
	switch p := parent.(type) {
	case *ast.CallExpr:
		return slices.Contains(f.offloads(p), node)
	case *ast.AssignStmt:
		i := slices.Index(p.Rhs, node)
		if i < 0 || len(p.Lhs) != len(p.Rhs) {
			return false
		}
		id, ok := p.Lhs[i].(*ast.Ident)
		if !ok || f.Info.Defs[id] == nil {
			return false
		}
		found := false
		ast.Inspect(f.Syntax, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && !found {
				found = slices.ContainsFunc(f.offloads(call), func(x ast.Expr) bool {
					arg, ok := x.(*ast.Ident)
					return ok && f.Info.Uses[arg] == f.Info.Defs[id]
				})
			}
			return !found
		})
		return found
	}
	return false
}

// foreignUse wraps what a field or variable of a foreign package is set to, and a function
// that may wait where it is used as a value.
func (f *finder) foreignUse(id *ast.Ident, obj types.Object, stack []ast.Node) {
	r, fact, ok := f.foreignRule(obj)
	if !ok {
		return
	}
	node, parent := ast.Expr(id), stack[len(stack)-1]
	if sel, ok := parent.(*ast.SelectorExpr); ok && sel.Sel == id {
		node, parent = sel, stack[len(stack)-2]
	}
	if _, ok := obj.(*types.Var); ok {
		switch p := parent.(type) {
		case *ast.KeyValueExpr:
			if p.Key == node {
				f.enterForeign(p.Value, obj.Type(), r)
			}
		case *ast.AssignStmt:
			if i := slices.Index(p.Lhs, node); i >= 0 && p.Tok == token.ASSIGN && len(p.Lhs) == len(p.Rhs) {
				f.enterForeign(p.Rhs[i], obj.Type(), r)
			}
		}
		return
	}
	fn, ok := obj.(*types.Func)
	if call, is := parent.(*ast.CallExpr); ok && r.Act == rules.Enter && !(is && (call.Fun == node || f.entered(call))) {
		for i := range fn.Signature().Params().Len() {
			if fact.KeepsParam(i) && isFunc(fn.Signature().Params().At(i).Type()) {
				n := len(f.Sites)
				f.unpatchable(node, r.Group, r.Symbol(), "it is used as a value: call it in a function literal instead")
				f.Sites[n].Foreign = true
				break
			}
		}
	}
	if ok && fn.Signature().Recv() != nil && types.IsInterface(fn.Signature().Recv().Type()) {
		return
	}
	if !ok || r.Act != rules.Offload || fn.Signature().TypeParams().Len() > 0 || f.offloaded(node, parent) {
		return
	}
	if call, ok := parent.(*ast.CallExpr); ok && (call.Fun == node || f.entered(call)) {
		return
	}
	n := len(f.Sites)
	value := r
	value.Calls = false
	f.offloadValue(node, value)
	for _, s := range f.Sites[n:] {
		s.Foreign = true
		if s.To != "" {
			s.Message = r.Why + ", or wrap it in " + s.To
		}
	}
}
