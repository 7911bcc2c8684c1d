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

// symbol names the function, method or field that a rule is for.
type symbol struct{ pkg, recv, name string }

// table indexes the rules.
func table() map[symbol]rules.Call {
	t := map[symbol]rules.Call{}
	for _, r := range rules.Calls() {
		t[symbol{r.Pkg, r.Recv, r.Name}] = r
	}
	return t
}

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
	r, ok := f.table[s]
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
	for s := range f.table {
		if s.recv == "" || s.name != v.Name() || s.pkg != v.Pkg().Path() {
			continue
		}
		if t := v.Pkg().Scope().Lookup(s.recv); t != nil {
			if st, ok := t.Type().Underlying().(*types.Struct); ok {
				for field := range st.Fields() {
					if field == v {
						return s.recv
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
	text   string   // callee of package green; "" if fun stays the callee
	fun    ast.Expr // callee, and the first argument of an offloaded call
	args   []arg
	spread bool // the last argument is followed by ...
	rule   rules.Call
	to     string
	why    string // why there is no replacement
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
		return
	}
	what := p.rule.Symbol()
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
	if p.fun != nil {
		if text == "" {
			text = hole(p.fun)
		} else {
			list = append(list, hole(p.fun))
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
	if !ok || r.Act != rules.Yield && r.Act != rules.Offload {
		return nil, false
	}
	if r.Via && !f.native(n, sel) {
		return nil, false // callback wraps them
	}
	f.seen[id] = true
	p := &plan{rule: r, spread: n.Ellipsis.IsValid()}
	if len(n.Args) == 1 {
		if _, ok := f.Info.TypeOf(n.Args[0]).(*types.Tuple); ok {
			p.why = "its arguments come from one call: assign them to variables first"
			return p, true
		}
	}
	if r.Act == rules.Offload {
		f.offload(p, n)
		return p, true
	}
	p.text, p.to = "§"+r.With, "green."+r.With
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

// streams returns the readers and writers of a call: its operands of interface
// type.
func (f *finder) streams(n *ast.CallExpr, sel *ast.SelectorExpr) []ast.Expr {
	var list []ast.Expr
	if sel != nil && f.Info.Selections[sel] != nil {
		list = append(list, sel.X)
	}
	params := f.Info.TypeOf(n.Fun).Underlying().(*types.Signature).Params()
	for i, x := range n.Args {
		if t := paramType(f.Info.TypeOf(n.Fun).Underlying().(*types.Signature), min(i, params.Len()-1)); wrapper(t) != "" && !n.Ellipsis.IsValid() {
			list = append(list, x)
		}
	}
	return list
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

// wrapper names the function of package green that wraps a value for a
// parameter of type t.
func wrapper(t types.Type) string {
	if path, name := declared(t); path == "io" && (name == "Reader" || name == "Writer") {
		return name
	}
	return ""
}

// stream: io.Copy(dst, src)  =>  io.Copy(green.Writer(dst), green.Reader(src))
//
// What the call does besides reading and writing, which may be patched code,
// goes on as part of the thread.
func (f *finder) stream(n *ast.CallExpr, sel *ast.SelectorExpr, r rules.Call) {
	for _, x := range f.streams(n, sel) {
		if f.memory(x) {
			continue
		}
		kind := "Writer"
		if obj, _, _ := types.LookupFieldOrMethod(f.Info.TypeOf(x), true, f.Pkg, "Read"); obj != nil && !f.writes(n, x) {
			kind = "Reader"
		}
		to := "green." + kind
		f.add(&Site{
			Pos: x.Pos(), End: x.End(), Kind: Offload, Group: r.Group, What: r.Symbol(), To: to, Shape: replace(x, "§"+kind+"($0$)", in(x)),
			Message: r.Symbol() + " holds the hub while it " + r.Why + ": wrap that in " + to,
		})
	}
}

// writes reports whether x is the argument for an io.Writer.
func (f *finder) writes(n *ast.CallExpr, x ast.Expr) bool {
	sig := f.Info.TypeOf(n.Fun).Underlying().(*types.Signature)
	i := slices.Index(n.Args, x)
	return i >= 0 && wrapper(paramType(sig, min(i, sig.Params().Len()-1))) == "Writer"
}

// memory reports whether x never waits, or is wrapped already: buffers, hashes,
// readers and writers that were given a stream when they were made, what the
// package itself defines, and the standard output, where a program says what it
// does and which nobody is late to read.
func (f *finder) memory(x ast.Expr) bool {
	if call, ok := ast.Unparen(f.defined(x)).(*ast.CallExpr); ok {
		if id, _ := callee(call.Fun); id != nil && fromGreen(f.Info.Uses[id]) {
			return true
		}
	}
	if id, _ := callee(x); id != nil {
		if v, ok := f.Info.Uses[id].(*types.Var); ok && v.Pkg() != nil {
			switch v.Pkg().Path() + "." + v.Name() {
			case "os.Stdout", "os.Stderr", "io.Discard":
				return true
			}
		}
	}
	t := f.Info.TypeOf(x)
	path, name := declared(t)
	switch {
	case f.Info.Types[x].IsNil(), path == f.Pkg.Path() && !types.IsInterface(t):
		return true
	case path == "io":
		return name == "LimitedReader" || name == "SectionReader"
	}
	first, _, _ := strings.Cut(path, "/")
	switch first {
	case "bytes", "strings", "bufio", "hash", "text", "encoding", "compress", "archive", "math":
		return true
	case "crypto":
		return path != "crypto/tls"
	}
	return false
}

// defined returns what a variable is declared to be, if x is one that a
// replacement has declared (goStmt), else x.
func (f *finder) defined(x ast.Expr) ast.Expr {
	id, ok := ast.Unparen(x).(*ast.Ident)
	if !ok || f.Info.Uses[id] == nil {
		return x
	}
	ast.Inspect(f.Syntax, func(n ast.Node) bool {
		if s, ok := n.(*ast.AssignStmt); ok && s.Tok == token.DEFINE && len(s.Lhs) == len(s.Rhs) {
			for i, l := range s.Lhs {
				if l, ok := l.(*ast.Ident); ok && f.Info.Defs[l] == f.Info.Uses[id] {
					x = s.Rhs[i]
				}
			}
		}
		return true
	})
	return x
}

// native reports whether the operands of the call run no patched code: they are
// files, connections, buffers, and the bodies that net/http gives. In memory
// nothing waits.
func (f *finder) native(n *ast.CallExpr, sel *ast.SelectorExpr) bool {
	inMemory := func(x ast.Expr) bool {
		path, _ := declared(f.Info.TypeOf(x))
		return path == "bytes" || path == "strings"
	}
	list := f.streams(n, sel)
	if !slices.ContainsFunc(list, func(x ast.Expr) bool { return !inMemory(x) }) {
		return false
	}
	return !slices.ContainsFunc(list, func(x ast.Expr) bool {
		if s, ok := ast.Unparen(x).(*ast.SelectorExpr); ok {
			v, ok := f.Info.Uses[s.Sel].(*types.Var)
			if ok && v.IsField() && v.Name() == "Body" && v.Pkg() != nil && v.Pkg().Path() == "net/http" {
				return false
			}
		}
		switch path, name := declared(f.Info.TypeOf(x)); path {
		case "bytes", "strings", "os":
			return false
		case "net":
			return !strings.HasSuffix(name, "Conn")
		case "net/http":
			return name != "ResponseWriter"
		}
		return true
	})
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
			return a, r.With == "Lock" && r.Name == "Lock" && f.locker(s.Recv()) || r.With == "Wait"
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

// offload: http.Get(u)  =>  green.Call12(http.Get, u)
//
// The function value and the arguments are evaluated in the same order as
// before. A type parameter has one type, so an argument that is converted to an
// interface implicitly gets the conversion written out.
func (f *finder) offload(p *plan, n *ast.CallExpr) {
	sig := f.Info.TypeOf(n.Fun).Underlying().(*types.Signature)
	fixed, variadic := sig.Params().Len(), ""
	if sig.Variadic() {
		fixed--
		variadic = "V"
	}
	if fixed > 5 || sig.Results().Len() > 3 {
		p.why = "it has more parameters or results than green.Call takes: wrap it in green.Offload"
		return
	}
	p.fun = n.Fun
	p.text = fmt.Sprintf("§Call%s%d%d", variadic, fixed, sig.Results().Len())
	p.to = strings.Replace(p.text, "§", "green.", 1)
	for i, x := range n.Args {
		a := arg{x: x}
		param := sig.Params().At(min(i, sig.Params().Len()-1)).Type()
		if i >= fixed && !p.spread {
			param = param.(*types.Slice).Elem()
		}
		if isHandler(param) {
			a.pre, a.post = f.handler(x)
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
				p.why = "its function has more parameters or results than green.Enter takes: give it fewer"
				return
			}
		}
		concrete := a.pre != "" && !types.IsInterface(f.Info.TypeOf(x))
		if concrete || a.pre == "" && !f.fits(x, param) {
			name, ok := f.typeText(param, n.Pos())
			if !ok {
				p.why = fmt.Sprintf("argument %d needs a conversion to %s, which this file cannot name: import its package", i+1, param)
				return
			}
			a.pre, a.post = name+"("+a.pre, a.post+")"
		}
		p.args = append(p.args, a)
	}
}

// fits reports whether x can be passed where a type parameter is already
// inferred to be t.
func (f *finder) fits(x ast.Expr, t types.Type) bool {
	if !types.IsInterface(t) {
		return true
	}
	if _, ok := ast.Unparen(x).(*ast.BasicLit); ok {
		return true
	}
	tv := f.Info.Types[x]
	return tv.IsNil() || types.Identical(tv.Type, t)
}

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

// fromGreen reports whether an object belongs to package green.
func fromGreen(obj types.Object) bool {
	return obj != nil && obj.Pkg() != nil && obj.Pkg().Path() == GreenPath
}

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
	switch {
	case r.Act == rules.Offload && f.offloaded(node, parent):
	case r.Act == rules.Left:
		f.leave(node, r.Group, what, r.Why)
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
		if r.With == "Do" || r.With == "WaitGo" {
			text = "func(f func()) { §" + r.With + "(&$0$" + recv.post + ", f) }"
		}
		f.value(node, r, replace(node, text, in(sel.X)))
	}
}

// offloaded reports whether a function value is there for one of green's Call
// functions: as an argument, or through the variable that a go statement became.
func (f *finder) offloaded(node ast.Expr, parent ast.Node) bool {
	switch p := parent.(type) {
	case *ast.CallExpr:
		return f.isOffload(p) && p.Args[0] == node
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
			if call, ok := n.(*ast.CallExpr); ok && !found && f.isOffload(call) {
				arg, ok := call.Args[0].(*ast.Ident)
				found = ok && f.Info.Uses[arg] == f.Info.Defs[id]
			}
			return !found
		})
		return found
	}
	return false
}

// isOffload reports whether a call is one of green's Call functions.
func (f *finder) isOffload(call *ast.CallExpr) bool {
	id, _ := callee(call.Fun)
	return id != nil && len(call.Args) > 0 && fromGreen(f.Info.Uses[id]) && strings.HasPrefix(id.Name, "Call")
}

// value: f := time.Sleep  =>  f := green.Sleep
func (f *finder) value(node ast.Expr, r rules.Call, shape *Shape) {
	f.add(&Site{
		Pos: node.Pos(), End: node.End(), Kind: Yield, Group: r.Group, What: r.Symbol(), To: "green." + r.With, Shape: shape,
		Message: r.Symbol() + " " + fact(r) + ": replace it by green." + r.With,
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

// typeText writes t, an interface or a basic type, as this file can at pos.
func (f *finder) typeText(t types.Type, pos token.Pos) (string, bool) {
	var obj types.Object
	switch t := t.(type) {
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
	p := f.packageName(obj.Pkg().Path(), pos)
	return p + obj.Name(), p != "" && obj.Exported()
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
