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

// Foreign tells of packages that are neither patched nor of the standard library: what they
// start are native goroutines, and what they wait for they wait for with the hub.
//
// The rules of the table are about symbols that people know. Here there are none: a call is
// judged by the fact of the function. One that may wait leaves the hub, and a function value
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
		if recv := fn.Signature().Recv(); recv != nil {
			r.Recv = typeName(recv.Type())
		}
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

// foreignPlan is what becomes of a call that no rule of the table is for and that may wait in
// a foreign package.
func (f *finder) foreignPlan(n *ast.CallExpr, id *ast.Ident, sel *ast.SelectorExpr) (*plan, bool) {
	fn, ok := f.Info.Uses[id].(*types.Func)
	if !ok {
		return nil, false
	}
	r, _, ok := f.foreignRule(fn)
	if !ok || r.Act != rules.Offload {
		return nil, false
	}
	f.seen[id] = true
	p := &plan{rule: r, spread: n.Ellipsis.IsValid(), foreign: true}
	sig, _ := f.Info.TypeOf(n.Fun).(*types.Signature)
	generic := false
	if inst, ok := f.Info.Instances[id]; ok {
		p.inst, ok = f.instance(n, inst)
		generic = !ok
	}
	tuple := false
	if len(n.Args) == 1 {
		_, tuple = f.Info.TypeOf(n.Args[0]).(*types.Tuple)
	}
	switch {
	case sig == nil || generic || tuple, f.interfaceMethod(sel) != nil: // which may hold what is patched
		p.why = "wrap it in green.Offload"
	default:
		f.offload(p, n, sel)
	}
	r.Act, r.Why = rules.Enter, "package "+fn.Pkg().Name()+", which is not patched, calls it outside the hub"
	for i, x := range n.Args {
		if sig != nil && sig.Params().Len() > 0 && (p.why != "" || !isFunc(f.Info.TypeOf(x)) && wrapper(f.Info.TypeOf(x)) == "") {
			f.enterForeign(x, f.paramOf(sig, n, i), r)
		}
	}
	return p, true
}

// isOffloaded reports whether a place is in what green.Offload is given.
func (f *finder) isOffloaded(pos token.Pos) bool {
	for id, call := range f.greenCalls() {
		if isOffload(f.Info.Uses[id]) && call.Lparen < pos && pos < call.Rparen {
			return true
		}
	}
	return false
}

// instance writes the type arguments of a generic function, which have to be there where it
// is a value, if they are not there already.
func (f *finder) instance(n *ast.CallExpr, inst types.Instance) (string, bool) {
	switch ast.Unparen(n.Fun).(type) {
	case *ast.IndexListExpr:
		return "", false // some of them may be
	case *ast.IndexExpr:
		return "", inst.TypeArgs.Len() == 1
	}
	var list []string
	for t := range inst.TypeArgs.Types() {
		name, ok := f.typeText(t, n.Pos())
		if !ok {
			return "", false
		}
		list = append(list, name)
	}
	return "[" + strings.Join(list, ", ") + "]", true
}

// paramOf is the type of the parameter for argument i.
func (f *finder) paramOf(sig *types.Signature, n *ast.CallExpr, i int) types.Type {
	last := sig.Params().Len() - 1
	if n.Ellipsis.IsValid() && i >= last {
		return sig.Params().At(last).Type()
	}
	return paramType(sig, min(i, last))
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
			Pos: n.Pos(), End: n.End(), Kind: Left, Group: "thread", What: FuncName(fn), Foreign: true,
			Message: FuncName(fn) + " may block the hub, through " + strings.Join(fact.Through, ", ") + ": patch package " + fn.Pkg().Name() + " too",
		})
	}
}

// foreignCall wraps what a call gives to a foreign package that may keep it.
func (f *finder) foreignCall(n *ast.CallExpr) {
	id, _ := callee(n.Fun)
	if f.Foreign == nil || id == nil || f.Info.Types[n.Fun].IsType() || f.Info.TypeOf(n.Fun) == nil {
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
	if _, table := f.rule(obj); table {
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
			Pos: x.Pos(), End: x.End(), Kind: Left, Group: r.Group, What: what, Foreign: true,
			Message: "the functions in " + types.ExprString(x) + " run outside the hub, " + r.Why + ": wrap each in one of green's Enter functions where it is put there",
		})
	}
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
		f.add(&Site{Pos: x.Pos(), End: x.End(), Kind: Left, Group: r.Group, What: what, Foreign: true, Message: what + " cannot be patched here: " + why})
		return
	}
	f.add(&Site{
		Pos: x.Pos(), End: x.End(), Kind: Enter, Group: r.Group, What: what, To: to, Foreign: true, Shape: replace(x, pre+"$0$"+post, in(x)),
		Message: what + " runs outside the hub, " + r.Why + ": wrap it in " + to,
	})
	for i := range sig.Results().Len() {
		if isFunc(sig.Results().At(i).Type()) {
			f.after = append(f.after, later{result: i, fun: x, t: sig.Results().At(i).Type(), rule: r})
		}
	}
}

func (f *finder) isFuncObject(id *ast.Ident) bool {
	_, ok := f.Info.Uses[id].(*types.Func)
	return ok
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
							Pos: l.fun.Pos(), End: l.fun.End(), Kind: Left, Group: l.rule.Group, What: "callback of " + l.rule.Symbol(), Foreign: true,
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
				f.leave(node, r.Group, r.Symbol(), "it is used as a value: call it in a function literal instead")
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
