package find

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"sync"

	"github.com/greenify-go/greenify/rewrite/rules"
	"github.com/greenify-go/greenify/runtime/arity"
)

// symbol names the function, method or field that a rule is for.
type symbol struct{ pkg, recv, name string }

// A table indexes the rules.
type table struct {
	rules  map[symbol]rules.Call
	owners map[symbol][]string // by package and name: the types that have a rule for what they call so
}

// theTable is read only.
var theTable = sync.OnceValue(func() table {
	t := table{map[symbol]rules.Call{}, map[symbol][]string{}}
	for _, r := range rules.Calls() {
		t.rules[symbol{r.Pkg, r.Recv, r.Name}] = r
		if r.Recv != "" {
			member := symbol{pkg: r.Pkg, name: r.Name}
			t.owners[member] = append(t.owners[member], r.Recv)
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
	r, ok := f.table.rules[s]
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
	for _, owner := range f.table.owners[symbol{pkg: v.Pkg().Path(), name: v.Name()}] {
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

// A plan is a call as it will be written: text or fun, then the arguments.
type plan struct {
	text   string   // callee of package green or patched; "" if fun stays the callee
	fun    ast.Expr // callee, and the first argument of an offloaded call
	on     *arg     // interface value whose method fun is, an argument before that
	method string   // method expression, an argument before the others; fun is nil then
	args   []arg
	spread bool // the last argument is followed by ...
	rule   rules.Call
	to     string
	why    string // why there is no replacement

	foreign bool   // the rule is made of a fact
	inst    string // type arguments behind fun
}

// An arg is an operand with the text around it.
type arg struct {
	x         ast.Expr
	pre, post string
}

// call replaces a call that waits, and wraps the callbacks of a call.
func (f *finder) call(n *ast.CallExpr) {
	p, ok := f.plan(n)
	if !ok {
		f.callback(n)
		f.foreignCall(n)
		return
	}
	what := p.rule.Symbol()
	if p.foreign {
		s := &Site{Pos: n.Pos(), End: n.End(), Kind: Left, Group: p.rule.Group, What: what, Foreign: true, Message: p.rule.Why}
		if p.why == "" {
			text, holes := p.format(nil)
			s.Kind, s.To, s.Shape = Offload, p.to, replace(n, text, holes...)
			s.Message += ", or replace it by " + p.to
		} else {
			s.Message += ", or wrap it in green.Offload"
			if f.isOffloaded(n.Pos()) {
				return
			}
		}
		f.add(s)
		return
	}
	if p.why != "" {
		f.leave(n, p.rule.Group, what, p.why)
		return
	}
	text, holes := p.format(nil)
	kind := Yield
	if p.rule.Act == rules.Offload {
		kind = Offload
	}
	f.add(&Site{
		Pos: n.Pos(), End: n.End(), Kind: kind, Group: p.rule.Group, What: what, To: p.to, Shape: replace(n, text, holes...),
		Message: what + " " + fact(p.rule) + ": replace it by " + p.to,
	})
}

// fact says what is wrong with a call that a rule replaces.
func fact(r rules.Call) string {
	if r.Starts() {
		return r.Why + " outside the hub"
	}
	return "holds the hub while it " + r.Why
}

// format writes the call. The operands become holes, behind those given.
func (p *plan) format(holes []Hole) (string, []Hole) {
	var list []string
	hole := func(e ast.Expr) string {
		holes = append(holes, in(e))
		return fmt.Sprintf("$%d$", len(holes)-1)
	}
	text := p.text
	if p.on != nil {
		holes = append(holes, again(p.on.x))
		list = append(list, fmt.Sprintf("$%d$", len(holes)-1)+p.on.post)
	}
	if p.method != "" {
		list = append(list, p.method)
	}
	if p.fun != nil {
		if text == "" {
			text = hole(p.fun)
		} else {
			list = append(list, hole(p.fun)+p.inst)
		}
	}
	for _, a := range p.args {
		list = append(list, a.pre+hole(a.x)+a.post)
	}
	text += "(" + strings.Join(list, ", ")
	if p.spread {
		text += "..."
	}
	return text + ")", holes
}

// plan returns what becomes of a call that waits. It marks the callee as seen.
func (f *finder) plan(n *ast.CallExpr) (*plan, bool) {
	id, sel := callee(n.Fun)
	if id == nil {
		return nil, false
	}
	r, ok := f.rule(f.Info.Uses[id])
	if !ok {
		return f.foreignPlan(n, id, sel)
	}
	if r.Act != rules.Yield && r.Act != rules.Offload {
		return nil, false
	}
	if r.Via && !f.native(n) {
		return nil, false // callback wraps them
	}
	f.seen[id] = true
	if r.Pkg == "io" && sel != nil && f.Info.Selections[sel] != nil && len(f.Info.Selections[sel].Index()) == 1 && f.memory(sel.X) {
		return nil, false
	}
	p := &plan{rule: r, spread: n.Ellipsis.IsValid()}
	if len(n.Args) == 1 {
		if _, ok := f.Info.TypeOf(n.Args[0]).(*types.Tuple); ok {
			p.why = "its arguments come from one call: assign them to variables first"
			return p, true
		}
	}
	if r.Act == rules.Offload {
		f.offload(p, n, sel)
		return p, true
	}
	p.text, p.to = "§"+r.With, Qualified(r.With)
	for _, a := range n.Args {
		p.args = append(p.args, arg{x: a})
	}
	if sel != nil {
		if s := f.Info.Selections[sel]; s != nil && s.Kind() == types.MethodVal {
			recv, ok := f.receiver(sel.X, s, r)
			if !ok {
				p.why = "it is promoted through a field of another package: give the type a method that does it"
			}
			p.args = slices.Insert(p.args, 0, recv)
		}
	}
	return p, true
}

// receiver writes the receiver of a method of sync as an argument:
//
//	mu.Lock()  =>  green.Lock(&mu)
//	p.Lock()   =>  green.Lock(p)            p a pointer or a sync.Locker
//	s.Lock()   =>  green.Lock(&s.Mutex)     promoted from a field
//
// The operand of & is addressable because the method has a pointer receiver.
func (f *finder) receiver(x ast.Expr, s *types.Selection, r rules.Call) (arg, bool) {
	a := arg{x: x}
	t := s.Recv()
	for _, i := range s.Index()[:len(s.Index())-1] {
		st, ok := deref(t).Underlying().(*types.Struct)
		if !ok {
			return a, false
		}
		field := st.Field(i)
		if !field.Exported() && field.Pkg() != f.Pkg {
			// The outer type has the method too; that is enough for an interface.
			a.post = ""
			a.pre = address(s.Recv())
			return a, r.With == "Lock" && r.Name == "Lock" && f.locker(s.Recv()) || r.With == "Wait" || strings.HasPrefix(r.With, "Try")
		}
		a.post += "." + field.Name()
		t = field.Type()
	}
	a.pre = address(t)
	return a, true
}

// locker reports whether a pointer to t, or t if it is a pointer or interface,
// has the methods of a sync.Locker.
func (f *finder) locker(t types.Type) bool {
	if address(t) == "&" {
		t = types.NewPointer(t)
	}
	set := types.NewMethodSet(t)
	return set.Lookup(f.Pkg, "Lock") != nil && set.Lookup(f.Pkg, "Unlock") != nil
}

// address returns the operator that makes a pointer of a value of type t.
func address(t types.Type) string {
	switch t.Underlying().(type) {
	case *types.Pointer, *types.Interface:
		return ""
	}
	return "&"
}

func deref(t types.Type) types.Type {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}

// offload:
//
//	http.Get(u)   =>  patched.Call12(http.Get, u)
//	conn.Read(b)  =>  patched.Method12(conn, conn.Read, b)    conn an interface value
//	get().Read(b) =>  patched.Via12(net.Conn.Read, get(), b)
//
// The function value and the arguments are evaluated in the same order as
// before. A type parameter has one type, so an argument that is converted to an
// interface implicitly gets the conversion written out.
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
		if kind := wrapper(param); kind != "" && !p.rule.Via && !f.foreign(x) {
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

// interfaceMethod returns the selection of a method that an interface declares.
func (f *finder) interfaceMethod(sel *ast.SelectorExpr) *types.Selection {
	if sel == nil {
		return nil
	}
	s := f.Info.Selections[sel]
	if s == nil || s.Kind() == types.FieldVal || !types.IsInterface(s.Obj().(*types.Func).Signature().Recv().Type()) {
		return nil
	}
	return s
}

// dynamic returns the interface value that a method is called on, if it can be
// evaluated twice: what the call waits in depends on its type at run time.
func (f *finder) dynamic(sel *ast.SelectorExpr, s *types.Selection) *arg {
	if !f.repeatable(sel.X) {
		return nil
	}
	a := &arg{x: sel.X}
	t := s.Recv()
	for _, i := range s.Index()[:len(s.Index())-1] { // promoted
		st, ok := deref(t).Underlying().(*types.Struct)
		if !ok {
			break // of an interface that is embedded in another
		}
		field := st.Field(i)
		if !field.Exported() && field.Pkg() != f.Pkg {
			return nil
		}
		a.post += "." + field.Name()
		t = field.Type()
	}
	return a
}

// repeatable reports whether x is a variable, or a field or element of one:
// evaluated twice it is the same, and has no effect.
func (f *finder) repeatable(x ast.Expr) bool {
	switch x := ast.Unparen(x).(type) {
	case *ast.Ident:
		_, ok := f.Info.Uses[x].(*types.Var)
		return ok
	case *ast.SelectorExpr:
		if f.Info.Selections[x] != nil {
			return f.repeatable(x.X)
		}
		_, ok := f.Info.Uses[x.Sel].(*types.Var) // of another package
		return ok
	case *ast.StarExpr:
		return f.repeatable(x.X)
	case *ast.IndexExpr:
		return f.repeatable(x.X) && (f.Info.Types[x.Index].Value != nil || f.repeatable(x.Index))
	}
	return false
}

// fits reports whether x can be passed where a type parameter is already
// inferred to be t. If the type of x is a defined one it would be inferred instead
// of a type literal that x is assignable to.
func (f *finder) fits(x ast.Expr, t types.Type) bool {
	if _, ok := ast.Unparen(x).(*ast.BasicLit); ok {
		return true
	}
	tv := f.Info.Types[x]
	if tv.IsNil() || types.Identical(tv.Type, t) {
		return true
	}
	_, defined := types.Unalias(tv.Type).(*types.Named)
	return !defined && !types.IsInterface(t)
}

// fromGreen reports whether an object belongs to package green or package patched.
func fromGreen(obj types.Object) bool {
	return obj != nil && obj.Pkg() != nil && (obj.Pkg().Path() == GreenPath || obj.Pkg().Path() == PatchedPath)
}

// typeText writes t, a type with a name, or a slice of or pointer to one, as this
// file can at pos.
func (f *finder) typeText(t types.Type, pos token.Pos) (string, bool) {
	var obj types.Object
	switch t := t.(type) {
	case *types.Slice:
		elem, ok := f.typeText(t.Elem(), pos)
		return "[]" + elem, ok
	case *types.Pointer:
		elem, ok := f.typeText(t.Elem(), pos)
		return "(*" + elem + ")", ok
	case *types.Alias:
		if t.TypeArgs().Len() > 0 {
			return "", false
		}
		obj = t.Obj()
	case *types.Named:
		if t.TypeArgs().Len() > 0 {
			return "", false
		}
		obj = t.Obj()
	case *types.Basic:
		obj = types.Universe.Lookup(t.Name())
	case *types.Interface:
		if t.Empty() {
			obj = types.Universe.Lookup("any")
		}
	}
	if obj == nil {
		return "", false
	}
	if obj.Pkg() == nil || obj.Pkg() == f.Pkg {
		return obj.Name(), f.lookup(obj.Name(), pos) == obj
	}
	p := f.qualifier(obj.Pkg(), pos)
	return p + obj.Name(), p != "" && obj.Exported()
}

// qualifier is how the file names the objects of a package at pos, with a dot: by an
// import that is there, or by one that will be added (nameImports). It is "" for the
// file's own package, and for one that this may not import.
func (f *finder) qualifier(pkg *types.Package, pos token.Pos) string {
	if p := f.packageName(pkg.Path(), pos); p != "" || pkg.Path() == f.Pkg.Path() || !importable(pkg, f.Pkg.Path()) {
		return p
	}
	f.wanted[pkg.Path()] = pkg.Name()
	return "‹" + pkg.Path() + "›"
}

// importable reports whether a package may be imported by another that uses its types
// already: it is no program, and internal to neither others nor the standard library
// (go help packages, "Internal Directories"; cmd/go has std's own copies in vendor).
func importable(pkg *types.Package, by string) bool {
	path := pkg.Path()
	if pkg.Name() == "main" || path == "C" || path == "unsafe" || strings.HasPrefix(path, "vendor/") || strings.HasSuffix(path, "_test") {
		return false
	}
	slashed := "/" + path + "/"
	i := strings.LastIndex(slashed, "/internal/")
	if i < 0 {
		return true
	}
	parent := strings.TrimPrefix(slashed[:i], "/")
	return parent != "" && (by == parent || strings.HasPrefix(by, parent+"/")) && !rules.Std(path)
}

// packageName returns the qualifier, with its dot, by which the file can name
// the objects of a package at pos; "" if it cannot.
func (f *finder) packageName(path string, pos token.Pos) string {
	for _, spec := range f.Syntax.Imports {
		name := f.Info.PkgNameOf(spec)
		if name != nil && name.Imported().Path() == path && f.lookup(name.Name(), pos) == name {
			return name.Name() + "."
		}
	}
	return ""
}

// lookup returns what a name means at pos.
func (f *finder) lookup(name string, pos token.Pos) types.Object {
	scope := f.Info.Scopes[f.Syntax].Innermost(pos)
	if scope == nil {
		scope = f.Info.Scopes[f.Syntax]
	}
	_, obj := scope.LookupParent(name, pos)
	return obj
}
