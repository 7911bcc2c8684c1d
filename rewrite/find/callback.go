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

// callback wraps what a call is given, to be called in another goroutine:
//
//	time.AfterFunc(d, f)  =>  time.AfterFunc(d, patched.Enter00(f))
//
// Only the argument is replaced: the call itself does not wait. The wrapper is a function of
// the same type that has the baton while f runs, and in a green thread, which has it, is f.
// Functions cannot be compared, so nobody sees that it is another one; nil stays nil. A value
// of an interface type is wrapped if it is an http.Handler, a reader or a writer; for any
// other the methods by which it is called begin with defer patched.Enter()() instead, and the
// value stays the same.
//
// Not wrapped is what is wrapped already, and a function or value of the standard library,
// which calls patched code only through what it was given itself. What is held by a variable
// of another interface type is not known here. A function with more parameters or results
// than there are wrappers for, and a method that this package does not declare, are findings.
func (f *finder) callback(n *ast.CallExpr, sel *ast.SelectorExpr, r rules.Call) {
	i := r.Arg
	if s := f.Info.Selections[sel]; sel != nil && s != nil && s.Kind() == types.MethodExpr {
		i++
	}
	if i >= len(n.Args) {
		f.unpatchable(n, r.Group, r.Symbol(), "its arguments come from one call: assign them to variables first")
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
		if f.alone(x) {
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
		f.unpatchable(x, r.Group, what, why)
	}
	if pre == "" {
		return
	}
	f.add(&Site{
		Pos: x.Pos(), End: x.End(), Kind: Enter, Group: r.Group, What: what, To: to, Template: replace(x, pre+"$0$"+post, in(x)),
		Message: what + " runs outside the hub, " + r.Why + ": wrap it in " + to,
	})
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
				Pos: x.Pos(), End: x.End(), Kind: Blocking, Group: r.Group, What: "callback of " + r.Symbol(),
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
			_, known := ruleIndex().rules[symbol{m.rule.Pkg, m.rule.Type(), m.rule.Name}]
			finders[i].add(&Site{
				Foreign: !known,
				Pos:     m.decl.Name.Pos(), End: m.decl.Name.End(), Kind: Enter, Group: m.rule.Group, What: m.name, To: "patched.Enter", Template: finders[i].deferFirst(m.decl, "Enter", ""),
				Message: "method " + m.name + " runs outside the hub, " + m.rule.Why + ": defer patched.Enter first",
			})
		}
	}
}
