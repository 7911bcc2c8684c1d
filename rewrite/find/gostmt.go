package find

import (
	"go/ast"
	"go/types"
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
// the call, where constants keep their conversion. A call that waits becomes what it
// becomes elsewhere (dispatch), inside the literal.
//
// Not replaced, and a finding, is a statement with an argument that is untyped and not
// constant, as a comparison, for a parameter type that this file cannot name: a variable
// would have another type.
func (f *finder) goStmt(n *ast.GoStmt) {
	const what, fact, to = "go statement", "starts a goroutine outside the hub", "green.Go"
	f.seen[n.Call] = true
	g := &goPlan{finder: f}
	var spread bool

	p := f.dispatch(n.Call)
	switch {
	case p != nil && p.why != "":
		f.unpatchable(n, "thread", what, "of "+p.rule.Symbol()+" "+p.why)
		return
	case p != nil:
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
		g.function(n.Call.Fun)
		if !g.arguments(n.Call) {
			f.unpatchable(n, "thread", what, "an argument needs a conversion to a type that this file cannot name: assign it to a variable first")
			return
		}
		spread = n.Call.Ellipsis.IsValid()
	}

	sig, _ := f.Info.TypeOf(n.Call.Fun).Underlying().(*types.Signature)
	if len(g.args) == 0 && p == nil && sig != nil && sig.Params().Len() == 0 && sig.Results().Len() == 0 {
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
