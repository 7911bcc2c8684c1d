package find

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"github.com/greenify-go/greenify/rewrite/rules"
)

// foreignCall wraps what a call gives to a foreign package that may keep it:
//
//	pool.Go(f)  =>  pool.Go(patched.Enter00(f))
//
// Fact.Keeps says which parameters those are. What is not kept is called, if at all, before
// the call returns, in the goroutine of the caller, which has the baton already. A wrapper
// around what is never called elsewhere costs nanoseconds and changes nothing, so what is not
// known is taken to be kept.
//
// Not wrapped is what is not ours (notOurs): foreign functions, and what those have made.
func (f *finder) foreignCall(n *ast.CallExpr, id *ast.Ident) {
	if f.Foreign == nil || f.Info.Types[n.Fun].IsType() || f.Info.TypeOf(n.Fun) == nil {
		return
	}
	obj := f.Info.Uses[id]
	if b, ok := obj.(*types.Builtin); ok && b.Name() == "append" && len(n.Args) > 1 && f.foreignPlace(n.Args[0]) {
		r := f.placeRule(n.Args[0])
		for _, x := range n.Args[1:] {
			if s, ok := f.Info.TypeOf(n).Underlying().(*types.Slice); ok {
				t := s.Elem()
				if n.Ellipsis.IsValid() {
					t = s
				}
				f.enterForeign(x, t, r)
			}
		}
		return
	}
	f.laterPatched(n, id)
	r, fact, ok := f.foreignRule(obj)
	sig, isSig := f.Info.TypeOf(n.Fun).Underlying().(*types.Signature)
	if !ok || !isSig || r.Act != rules.Enter {
		return
	}
	method := 0
	if sel, ok := ast.Unparen(n.Fun).(*ast.SelectorExpr); ok {
		if s := f.Info.Selections[sel]; s != nil && s.Kind() == types.MethodExpr {
			method = 1
		}
	}
	for i, x := range n.Args {
		if sig.Params().Len() == 0 {
			break
		}
		if p := min(i, sig.Params().Len()-1) - method; fact.KeepsParam(p) {
			f.enterForeign(x, f.paramOf(sig, n, i), r)
		}
	}
}

// laterPatched reports a call of what may wait in a package that is to be patched together
// with this one, and is not yet.
func (f *finder) laterPatched(n *ast.CallExpr, id *ast.Ident) {
	fn, ok := f.Info.Uses[id].(*types.Func)
	if !ok || f.Foreign == nil || fn.Pkg() == nil || fn.Pkg() == f.Pkg || Runtime(fn.Pkg().Path()) || rules.Std(fn.Pkg().Path()) || f.Foreign.Is(fn.Pkg()) {
		return
	}
	fn = fn.Origin()
	if recv := fn.Signature().Recv(); recv != nil && types.IsInterface(recv.Type()) {
		return
	}
	if fact, _ := f.Foreign.Fact(fn); fact.Through != nil {
		f.add(&Site{
			Pos: n.Pos(), End: n.End(), Kind: Blocking, Group: "thread", What: FuncName(fn), Foreign: true,
			Message: FuncName(fn) + " may block the hub, through " + strings.Join(fact.Through, ", ") + ": patch package " + fn.Pkg().Name() + " too",
		})
	}
}

// foreignLiteral wraps the values of a literal of a foreign type that have no key which
// names a field.
func (f *finder) foreignLiteral(n *ast.CompositeLit) {
	t := f.Info.TypeOf(n)
	if t == nil {
		return
	}
	named, ok := types.Unalias(t).(*types.Named)
	if !ok || !f.isForeign(named.Obj()) {
		return
	}
	r, _, _ := f.foreignRule(named.Obj())
	for i, e := range n.Elts {
		kv, keyed := e.(*ast.KeyValueExpr)
		if keyed {
			e = kv.Value
		}
		switch u := t.Underlying().(type) {
		case *types.Struct:
			if !keyed && i < u.NumFields() {
				f.enterForeign(e, u.Field(i).Type(), r)
			}
		case *types.Slice:
			f.enterForeign(e, u.Elem(), r)
		case *types.Array:
			f.enterForeign(e, u.Elem(), r)
		case *types.Map:
			f.enterForeign(e, u.Elem(), r)
		}
	}
}

// foreignAssign wraps what an element of a foreign map or slice is set to.
func (f *finder) foreignAssign(n *ast.AssignStmt) {
	if n.Tok != token.ASSIGN || len(n.Lhs) != len(n.Rhs) {
		return
	}
	for i, l := range n.Lhs {
		if x, ok := ast.Unparen(l).(*ast.IndexExpr); ok && f.foreignPlace(x.X) {
			f.enterForeign(n.Rhs[i], f.Info.TypeOf(l), f.placeRule(x.X))
		}
	}
}

// foreignSend wraps what is sent to a foreign channel.
func (f *finder) foreignSend(n *ast.SendStmt) {
	if f.foreignPlace(n.Chan) {
		if c := channel(f.Info.TypeOf(n.Chan)); c != nil {
			f.enterForeign(n.Value, c.Elem(), f.placeRule(n.Chan))
		}
	}
}

// enterForeign has x, which becomes part of a foreign package as a t, enter the hub.
func (f *finder) enterForeign(x ast.Expr, t types.Type, r rules.Call) {
	tv := f.Info.Types[x]
	if f.Foreign == nil || tv.Type == nil || tv.IsNil() || f.entering[x] || f.entered(f.defined(x)) || f.notOurs(x) {
		return
	}
	f.entering[x] = true
	what := "callback of " + r.Symbol()
	if sig, ok := tv.Type.Underlying().(*types.Signature); ok {
		f.enterFunc(x, t, sig, r)
		return
	}
	if iface, ok := t.Underlying().(*types.Interface); ok {
		f.enterInterface(x, t, iface, r)
		return
	}
	var elem types.Type
	switch u := tv.Type.Underlying().(type) {
	case *types.Slice:
		elem = u.Elem()
	case *types.Array:
		elem = u.Elem()
	case *types.Map:
		elem = u.Elem()
	case *types.Chan:
		if elem = u.Elem(); isFunc(elem) {
			if v := f.variable(x); v != nil {
				f.after = append(f.after, later{channel: v, t: elem, rule: r})
				return
			}
		}
	}
	if elem == nil || !isFunc(elem) && !types.IsInterface(elem) {
		return
	}
	if lit, ok := ast.Unparen(f.defined(x)).(*ast.CompositeLit); ok {
		for _, e := range lit.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				e = kv.Value
			}
			f.enterForeign(e, elem, r)
		}
		return
	}
	if isFunc(elem) && !f.foreignPlace(x) {
		f.add(&Site{
			Pos: x.Pos(), End: x.End(), Kind: Blocking, Group: r.Group, What: what, Foreign: true,
			Message: "the functions in " + types.ExprString(x) + " run outside the hub, " + r.Why + ": wrap each in one of green's Enter functions where it is put there",
		})
	}
}

// enterFunc wraps a function.
func (f *finder) enterFunc(x ast.Expr, t types.Type, sig *types.Signature, r rules.Call) {
	what := "callback of " + r.Symbol()
	if id, _ := callee(x); id != nil {
		f.seen[id] = f.seen[id] || f.isFuncObject(id) // a value, but none that the program calls
	}
	to := fmt.Sprintf("patched.Enter%d%d", sig.Params().Len(), sig.Results().Len())
	pre, post := strings.Replace(to, "patched.", "§", 1)+"(", ")"
	why := ""
	if _, fits := callbackType(sig, sig); !fits {
		why = "it has more parameters or results than patched.Enter takes: give it fewer"
	}
	_, isParam := types.Unalias(t).(*types.TypeParam)
	if named, ok := types.Unalias(f.Info.TypeOf(x)).(*types.Named); ok && (isParam || types.IsInterface(t)) && why == "" {
		name, ok := f.typeText(named, x.Pos())
		if !ok {
			why = "its type, which must stay, has no name here: wrap it where it is made"
		}
		pre, post = name+"("+pre, post+")"
	}
	if why != "" {
		f.add(&Site{Pos: x.Pos(), End: x.End(), Kind: Blocking, Group: r.Group, What: what, Foreign: true, Message: what + " cannot be patched here: " + why})
		return
	}
	f.add(&Site{
		Pos: x.Pos(), End: x.End(), Kind: Enter, Group: r.Group, What: what, To: to, Foreign: true, Template: replace(x, pre+"$0$"+post, in(x)),
		Message: what + " runs outside the hub, " + r.Why + ": wrap it in " + to,
	})
	for i := range sig.Results().Len() {
		if isFunc(sig.Results().At(i).Type()) {
			f.after = append(f.after, later{result: i, fun: x, t: sig.Results().At(i).Type(), rule: r})
		}
	}
}

// enterInterface has the methods enter by which a foreign package calls x, as a t: of the
// type of x or, if that is an interface too, of all types of the package that it may be. A
// value for any interface is called by no method that is known.
func (f *finder) enterInterface(x ast.Expr, t types.Type, iface *types.Interface, r rules.Call) {
	if iface.NumMethods() == 0 || !carries(t, nil) {
		return
	}
	tx := f.Info.TypeOf(x)
	n := len(f.Sites)
	if !types.IsInterface(tx) {
		if path, name := declared(tx); name != "" && !rules.Std(path) && !f.isForeignPath(tx) {
			f.byMethods(x, t, r)
		}
	} else {
		scope := f.Pkg.Scope()
		for _, name := range scope.Names() {
			obj, ok := scope.Lookup(name).(*types.TypeName)
			if !ok || obj.IsAlias() || types.IsInterface(obj.Type()) {
				continue
			}
			if named, ok := obj.Type().(*types.Named); ok && named.TypeParams().Len() == 0 && types.Implements(types.NewPointer(named), iface) {
				f.methodsOf(x, types.NewPointer(named), t, r)
			}
		}
	}
	for _, s := range f.Sites[n:] {
		s.Foreign = true
	}
}

// A later is something that reaches a foreign package by a way that leads through the whole
// package.
type later struct {
	channel *types.Var // what is sent to it
	fun     ast.Expr   // what it returns as that result
	result  int
	t       types.Type
	rule    rules.Call
}

// afterwards has enter what is sent to channels that foreign packages have, and what the
// functions return that they call.
func afterwards(finders []*finder) {
	for more := true; more; {
		more = false
		for _, f := range finders {
			list := f.after
			f.after = nil
			for _, l := range list {
				more = true
				switch body := f.bodyOf(l.fun); {
				case l.channel != nil:
					for _, w := range finders {
						w.sentTo(l)
					}
				case body == nil:
					if !f.notOurs(l.fun) {
						f.add(&Site{
							Pos: l.fun.Pos(), End: l.fun.End(), Kind: Blocking, Group: l.rule.Group, What: "callback of " + l.rule.Symbol(), Foreign: true,
							Message: "the function that " + types.ExprString(l.fun) + " returns runs outside the hub, " + l.rule.Why + ": have it return one wrapped in green's Enter function",
						})
					}
				default:
					for _, w := range finders {
						w.returned(body, l)
					}
				}
			}
		}
	}
}

func (f *finder) sentTo(l later) {
	ast.Inspect(f.Syntax, func(n ast.Node) bool {
		if s, ok := n.(*ast.SendStmt); ok && f.variable(s.Chan) == l.channel {
			f.enterForeign(s.Value, l.t, l.rule)
		}
		return true
	})
}

// bodyOf is the body of a function of the package that x is.
func (f *finder) bodyOf(x ast.Expr) *ast.BlockStmt {
	if x == nil {
		return nil
	}
	if lit, ok := ast.Unparen(f.defined(x)).(*ast.FuncLit); ok {
		return lit.Body
	}
	id, _ := callee(x)
	if id == nil {
		return nil
	}
	for _, file := range f.Input.Files {
		for _, d := range file.Decls {
			if d, ok := d.(*ast.FuncDecl); ok && f.Info.Defs[d.Name] == f.Info.Uses[id] && f.Info.Uses[id] != nil {
				return d.Body
			}
		}
	}
	return nil
}

// returned has enter what a body in this file returns.
func (f *finder) returned(body *ast.BlockStmt, l later) {
	if body.Pos() < f.Syntax.FileStart || body.Pos() >= f.Syntax.FileEnd {
		return
	}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			if l.result < len(n.Results) {
				f.enterForeign(n.Results[l.result], l.t, l.rule)
			}
		}
		return true
	})
}
