package find

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"github.com/greenify-go/greenify/rewrite/rules"
)

// A plan is a call as it will be written: text or fun, then the arguments.
type plan struct {
	text   string     // callee of package green or patched; "" if fun stays the callee
	types  []ast.Expr // type arguments of text, as they were written
	fun    ast.Expr   // callee, and the first argument of an offloaded call
	on     *arg       // interface value whose method fun is, an argument before that
	method string     // method expression, an argument before the others; fun is nil then
	args   []arg
	spread bool // the last argument is followed by ...
	rule   rules.Call
	to     string
	why    string // why there is no replacement

	foreign bool   // the rule is made of a fact
	inst    string // type arguments behind fun
}

// plan returns what becomes of a call of a function that waits.
//
// The replacement takes the operands of the original, the receiver first. It is another
// function with the same parameters and results, so conversions to them are the same.
//
// A call whose arguments are the results of one other call has no operands to write down:
// it is a finding. So is a method that is promoted through a field which only another
// package can name.
func (f *finder) plan(n *ast.CallExpr, sel *ast.SelectorExpr, r rules.Call) *plan {
	p := &plan{rule: r, spread: n.Ellipsis.IsValid()}
	if len(n.Args) == 1 {
		if _, ok := f.Info.TypeOf(n.Args[0]).(*types.Tuple); ok {
			p.why = "its arguments come from one call: assign them to variables first"
			return p
		}
	}
	if r.Act == rules.Offload {
		f.offload(p, n, sel)
		return p
	}
	p.text, p.to, p.types = "§"+r.With, Qualified(r.With), typeArgs(n.Fun)
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
	return p
}

// foreignPlan is what becomes of a call that no rule of the table is for and that may wait in
// a foreign package.
func (f *finder) foreignPlan(n *ast.CallExpr, id *ast.Ident, sel *ast.SelectorExpr) *plan {
	fn, ok := f.Info.Uses[id].(*types.Func)
	if !ok {
		return nil
	}
	r, _, ok := f.foreignRule(fn)
	if !ok || r.Act != rules.Offload {
		return nil
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
	return p
}

// format writes the call. The operands become holes, behind those given.
func (p *plan) format(holes []Hole) (string, []Hole) {
	var list []string
	hole := func(e ast.Expr) string {
		holes = append(holes, in(e))
		return fmt.Sprintf("$%d$", len(holes)-1)
	}
	text := p.text
	for i, t := range p.types {
		text += []string{"[", ", "}[min(i, 1)] + hole(t)
		if i == len(p.types)-1 {
			text += "]"
		}
	}
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

// fact says what is wrong with a call that a rule replaces.
func fact(r rules.Call) string {
	if r.Starts() {
		return r.Why + " outside the hub"
	}
	return "holds the hub while it " + r.Why
}
