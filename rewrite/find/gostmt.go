package find

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// goStmt:
//
//	go func() { ... }()  =>  green.Go(func() { ... })
//	go f(a, 1)           =>  { g0 := a; green.Go(func() { f(g0, 1) }) }
//	go v(a)              =>  { g0, g1 := v, a; green.Go(func() { g0(g1) }) }    v a variable, a method value
//
// The go statement evaluates the function value and the arguments in the
// calling goroutine; so does the assignment, in the same order. Constants, nil
// and functions declared at package level are the same at any time and stay in
// the call, where constants keep their conversion.
func (f *finder) goStmt(n *ast.GoStmt) {
	const what, fact, to = "go statement", "starts a goroutine outside the hub", "green.Go"
	f.seen[n.Call] = true
	g := &goPlan{finder: f}
	var spread bool

	p, planned := f.plan(n.Call)
	switch {
	case planned && p.why != "":
		f.leave(n, "thread", what, "of "+p.rule.Symbol()+" "+p.why)
		return
	case planned:
		g.callee = p.text
		if p.method != "" {
			g.args = append(g.args, p.method)
		}
		if p.on != nil {
			g.args = append(g.args, g.now(g.hole(again(p.on.x))+p.on.post))
		}
		if p.fun != nil {
			g.operand(arg{x: p.fun, post: p.inst})
		}
		for _, a := range p.args {
			g.operand(a)
		}
		spread = p.spread
	default:
		f.callback(n.Call)
		f.foreignCall(n.Call)
		g.function(n.Call.Fun)
		if !g.arguments(n.Call) {
			f.leave(n, "thread", what, "an argument needs a conversion to a type that this file cannot name: assign it to a variable first")
			return
		}
		spread = n.Call.Ellipsis.IsValid()
	}

	sig, _ := f.Info.TypeOf(n.Call.Fun).Underlying().(*types.Signature)
	if len(g.args) == 0 && !planned && sig != nil && sig.Params().Len() == 0 && sig.Results().Len() == 0 {
		f.statement(n, what, fact, to, replace(n, "§Go($0$)", in(n.Call.Fun)))
		return
	}
	call := g.callee + "(" + strings.Join(g.args, ", ")
	if spread {
		call += "..."
	}
	text := "§Go(func() { " + call + ") })"
	if len(g.values) > 0 {
		text = "{ " + g.hoisted() + "; " + text + " }"
	}
	f.statement(n, what, fact, to, replace(n, text, g.holes...))
}

// A goPlan divides the operands of a go statement into those that are evaluated
// now and those that may stay in the call.
type goPlan struct {
	*finder
	callee string
	args   []string // of the call: names, constants
	names  []string // declared now
	values []string // what they are set to
	multi  int      // number of values that the last one of values gives, if more than one
	holes  []Hole
}

func (g *goPlan) hole(h Hole) string {
	g.holes = append(g.holes, h)
	return fmt.Sprintf("$%d$", len(g.holes)-1)
}

// now declares a name for a value that is evaluated now.
func (g *goPlan) now(text string) string {
	name := fmt.Sprint(g.locals, len(g.names))
	g.names = append(g.names, name)
	g.values = append(g.values, text)
	return name
}

func (g *goPlan) function(fun ast.Expr) {
	id, sel := callee(fun)
	var static bool
	if id != nil {
		switch obj := g.Info.Uses[id].(type) {
		case *types.Builtin:
			static = true
		case *types.Func:
			static = obj.Signature().Recv() == nil && (sel == nil || g.Info.Selections[sel] == nil)
		}
	}
	if static {
		g.callee = g.hole(moved(fun))
	} else {
		g.callee = g.now(g.hole(in(fun)))
	}
}

// operand adds an argument: inline if it is the same at any time.
func (g *goPlan) operand(a arg) {
	if g.fixed(a.x) {
		g.args = append(g.args, a.pre+g.hole(moved(a.x))+a.post)
		return
	}
	g.args = append(g.args, g.now(a.pre+g.hole(in(a.x))+a.post))
}

// fixed reports whether x is a constant, nil, or a function declared at package
// level.
func (g *goPlan) fixed(x ast.Expr) bool {
	tv := g.Info.Types[x]
	if tv.Value != nil || tv.IsNil() || tv.IsType() {
		return true
	}
	id, sel := callee(x)
	if id == nil {
		return false
	}
	fn, ok := g.Info.Uses[id].(*types.Func)
	return ok && fn.Signature().Recv() == nil && (sel == nil || g.Info.Selections[sel] == nil)
}

// arguments adds the arguments of a call that no rule is for. It reports
// whether it could.
func (g *goPlan) arguments(n *ast.CallExpr) bool {
	if len(n.Args) == 1 {
		if t, ok := g.Info.TypeOf(n.Args[0]).(*types.Tuple); ok {
			g.multi = t.Len()
			g.values = append(g.values, g.hole(in(n.Args[0])))
			for range t.Len() {
				name := fmt.Sprint(g.locals, len(g.names))
				g.names = append(g.names, name)
				g.args = append(g.args, name)
			}
			return true
		}
	}
	for _, x := range n.Args {
		a := arg{x: x}
		if !g.fixed(x) && g.untyped(x) {
			if t := g.Info.TypeOf(x); !types.Identical(t, types.Default(t)) || !plain(t) {
				name, ok := g.typeText(t, n.Pos())
				if !ok {
					return false
				}
				a.pre, a.post = name+"(", ")"
			}
		}
		g.operand(a)
	}
	return true
}

// hoisted writes the declaration of what is evaluated now. A call with several
// results needs a statement of its own.
func (g *goPlan) hoisted() string {
	values := g.values
	if g.multi == 0 || len(values) == 1 {
		return strings.Join(g.names, ", ") + " := " + strings.Join(values, ", ")
	}
	return g.names[0] + " := " + values[0] + "; " + strings.Join(g.names[1:], ", ") + " := " + values[1]
}

// untyped reports whether x, which is not constant, gets its type from where it
// is used: a comparison, or a shift of a constant.
func (f *finder) untyped(x ast.Expr) bool {
	switch x := ast.Unparen(x).(type) {
	case *ast.UnaryExpr:
		return (x.Op == token.NOT || x.Op == token.ADD || x.Op == token.SUB || x.Op == token.XOR) && f.untyped(x.X)
	case *ast.BinaryExpr:
		switch x.Op {
		case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
			return true
		case token.SHL, token.SHR:
			return f.Info.Types[x.X].Value != nil || f.untyped(x.X)
		}
		return slices.ContainsFunc([]ast.Expr{x.X, x.Y}, f.untyped)
	}
	return false
}

// plain reports whether t is the type that an untyped value has by default.
func plain(t types.Type) bool {
	b, ok := t.(*types.Basic)
	return ok && (b.Kind() == types.Bool || b.Kind() == types.Int)
}
