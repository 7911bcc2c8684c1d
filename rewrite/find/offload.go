package find

import (
	"fmt"
	"go/ast"
	"go/types"

	"github.com/greenify-go/greenify/runtime/arity"
)

// offload:
//
//	http.Get(u)   =>  patched.Call12(http.Get, u)
//	conn.Read(b)  =>  patched.Method12(conn, conn.Read, b)    conn an interface value
//	get().Read(b) =>  patched.Via12(net.Conn.Read, get(), b)
//
// The function value and the arguments are evaluated in the same order as
// before. A type parameter has one type, so an argument that is converted to an
// interface implicitly gets the conversion written out. The call itself is the
// original one: it runs without the baton, which changes when others run and nothing
// else. What it calls back meanwhile, or reads and writes, enters the hub again.
//
// Not replaced, and a finding, is what has more parameters or results than there are
// functions for (package arity), an argument whose conversion has no name in this file,
// and a method of a value that must be evaluated once and whose type has none.
func (f *finder) offload(p *plan, n *ast.CallExpr, sel *ast.SelectorExpr) {
	sig := f.Info.TypeOf(n.Fun).Underlying().(*types.Signature)
	fixed, variadic := sig.Params().Len(), ""
	if sig.Variadic() {
		fixed--
		variadic = "V"
	}
	family, own := "Call", fixed
	p.fun = n.Fun
	if s := f.interfaceMethod(sel); s != nil && !sig.Variadic() && arity.Method.Fits(0, sig.Results().Len()) {
		switch on := f.dynamic(sel, s); {
		case s.Kind() == types.MethodExpr && arity.Via.Fits(fixed-1, 0):
			family, own = "Via", fixed-1
		case s.Kind() != types.MethodVal || !arity.Method.Fits(fixed, 0):
		case on != nil:
			family, p.on = "Method", on
		default:
			name, ok := f.typeText(s.Recv(), n.Pos())
			if !ok || len(s.Index()) > 1 && !types.IsInterface(s.Recv()) {
				p.why = "what it is called on must be evaluated once, and this file cannot name its type: assign it to a variable first"
				return
			}
			family, p.fun, p.method = "Via", nil, name+"."+sel.Sel.Name
			p.args = append(p.args, arg{x: sel.X})
		}
	}
	if !arity.Call.Fits(fixed, sig.Results().Len()) {
		p.why = "it has more parameters or results than patched.Call takes: wrap it in green.Offload"
		return
	}
	p.text = fmt.Sprintf("§%s%s%d%d", family, variadic, own, sig.Results().Len())
	p.to = readable(p.text)
	for i, x := range n.Args {
		a := arg{x: x}
		param := sig.Params().At(min(i, sig.Params().Len()-1)).Type()
		if i >= fixed && !p.spread {
			param = param.(*types.Slice).Elem()
		}
		if isHandler(param) {
			a.pre, a.post = f.handler(x, param)
		}
		if kind := wrapper(param); kind != "" && !p.rule.IfOperandsWait && !f.alone(x) {
			a.pre, a.post = "§Enter"+kind+"(", ")"
			p.args = append(p.args, a)
			continue
		}
		if p.rule.Calls {
			if sig, ok := callbackType(param, f.Info.TypeOf(x)); ok && !f.entered(x) && !f.Info.Types[x].IsNil() {
				a.pre, a.post = fmt.Sprintf("§Enter%d%d(", sig.Params().Len(), sig.Results().Len()), ")"
				if types.IsInterface(param) {
					a.pre, a.post = "any("+a.pre, a.post+")"
				}
				p.args = append(p.args, a)
				continue
			} else if isFunc(f.Info.TypeOf(x)) && !ok {
				p.why = "its function has more parameters or results than patched.Enter takes: give it fewer"
				return
			}
		}
		concrete := a.pre != "" && !types.IsInterface(f.Info.TypeOf(x))
		if concrete || a.pre == "" && !f.fits(x, param) {
			name, ok := f.typeText(param, n.Pos())
			if !ok {
				p.why = fmt.Sprintf("argument %d needs a conversion to %s, which no code here can name: assign it to a variable of that type where it can be", i+1, param)
				return
			}
			a.pre, a.post = name+"("+a.pre, a.post+")"
		}
		p.args = append(p.args, a)
	}
}
