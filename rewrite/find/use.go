package find

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"

	"github.com/greenify-go/greenify/rewrite/rules"
	"github.com/greenify-go/greenify/runtime/arity"
)

// use handles an identifier with a rule that is not the callee of a call.
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
	case r.Act == rules.Left:
		if !f.inOffload(stack) {
			f.leave(node, r.Group, what, r.Why)
		}
	case r.Act == rules.Offload:
		f.offloadValue(node, r)
	case r.Act != rules.Yield:
		f.leave(node, r.Group, what, "it is used as a value: call it in a function literal instead")
	case r.Recv == "":
		f.value(node, r, replace(node, "§"+r.With))
	default:
		sel := node.(*ast.SelectorExpr)
		s := f.Info.Selections[sel]
		if s == nil || s.Kind() != types.MethodVal {
			f.leave(node, r.Group, what, "it is used as a method expression: call it in a function literal instead")
			return
		}
		recv, ok := f.receiver(sel.X, s, r)
		if !ok || recv.pre != "&" || !f.stable(sel.X) {
			f.leave(node, r.Group, what, "the receiver of the method value may change before the call: call it in a function literal instead")
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

// offloadValue:
//
//	get := http.Get      =>  get := patched.Func12(http.Get)
//	serve(h.ServeHTTP)   =>  serve(patched.Bound20(h, h.ServeHTTP))    h an interface value
func (f *finder) offloadValue(node ast.Expr, r rules.Call) {
	sel, _ := node.(*ast.SelectorExpr)
	sig := f.Info.TypeOf(node).Underlying().(*types.Signature)
	fits := !sig.Variadic() && arity.Func.Fits(sig.Params().Len(), sig.Results().Len()) && !r.Calls && !r.Via
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
		f.leave(node, r.Group, r.Symbol(), "it is used as a value: call it in a function literal instead")
		return
	}
	to := fmt.Sprintf("%s%d%d", family, sig.Params().Len(), sig.Results().Len())
	f.add(&Site{
		Pos: node.Pos(), End: node.End(), Kind: Offload, Group: r.Group, What: r.Symbol(), To: Qualified(to), Later: true,
		Shape:   replace(node, "§"+to+"("+recv+"$0$)", holes...),
		Message: r.Symbol() + " " + fact(r) + ": wrap it in " + Qualified(to),
	})
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

// value: f := time.Sleep  =>  f := green.Sleep
func (f *finder) value(node ast.Expr, r rules.Call, shape *Shape) {
	f.add(&Site{
		Pos: node.Pos(), End: node.End(), Kind: Yield, Group: r.Group, What: r.Symbol(), To: Qualified(r.With), Shape: shape,
		Message: r.Symbol() + " " + fact(r) + ": replace it by " + Qualified(r.With),
	})
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
