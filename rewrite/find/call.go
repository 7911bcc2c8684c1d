package find

import (
	"go/ast"
	"go/types"

	"github.com/greenify-go/greenify/rewrite/rules"
)

// call replaces a call that waits, and wraps what any other is given.
//
// Every call goes one way, by the rule for its callee:
//
//	it waits (plan)                             time.Sleep(d)  =>  green.Sleep(d)
//	it waits, behind an interface or so (offload)   http.Get(u)    =>  patched.Call12(http.Get, u)
//	it reads or writes what it is given (wrapio)    io.Copy(w, r)  =>  io.Copy(patched.Writer(w), patched.Reader(r))
//	it has it called by others (callback)       time.AfterFunc(d, f)  =>  time.AfterFunc(d, patched.Enter00(f))
//	it is of another module (foreignenter)      pool.Go(f)     =>  pool.Go(patched.Enter00(f))
//
// A replaced call takes the place of the original as an expression of the same type: a
// statement, an operand, the call of a defer statement. Operands stay where they are in the
// source, so they are evaluated once and in the same order.
//
// Not replaced is the call of a function value, which may be anything: what was assigned to
// it has been looked at where it was named (value). Neither is a method of package io on a
// value that never waits, as a buffer.
func (f *finder) call(n *ast.CallExpr) {
	if p := f.dispatch(n); p != nil {
		f.replaceCall(n, p)
	}
}

// dispatch sends a call the one way that is its own. It returns the plan of a call that
// waits; of any other it wraps what it is given.
func (f *finder) dispatch(n *ast.CallExpr) *plan {
	id, sel := callee(n.Fun)
	if id == nil {
		return nil
	}
	r, ok := f.rule(f.Info.Uses[id])
	if !ok {
		p := f.foreignPlan(n, id, sel)
		if p == nil {
			f.foreignCall(n, id)
		}
		return p
	}
	_, field := f.Info.Uses[id].(*types.Var)
	switch waits := r.Act == rules.Yield || r.Act == rules.Offload; {
	case waits && (!r.IfOperandsWait || f.native(n)):
		f.seen[id] = true
		if r.Pkg == "io" && sel != nil && f.Info.Selections[sel] != nil && len(f.Info.Selections[sel].Index()) == 1 && f.memory(sel.X) {
			return nil
		}
		return f.plan(n, sel, r)
	case field: // what it is set to is wrapped (fieldUse)
	case r.Act == rules.Stream || r.IfOperandsWait:
		f.seen[id] = true
		f.wrapIO(n, r)
	case r.Act == rules.Enter:
		f.seen[id] = true
		f.callback(n, sel, r)
	}
	return nil
}

// replaceCall adds the site of a call that waits.
func (f *finder) replaceCall(n *ast.CallExpr, p *plan) {
	what := p.rule.Symbol()
	if p.foreign {
		s := &Site{Pos: n.Pos(), End: n.End(), Kind: Blocking, Group: p.rule.Group, What: what, Foreign: true, Message: p.rule.Why}
		if p.why == "" {
			text, holes := p.format(nil)
			s.Kind, s.To, s.Template = Offload, p.to, replace(n, text, holes...)
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
		f.unpatchable(n, p.rule.Group, what, p.why)
		return
	}
	text, holes := p.format(nil)
	kind := Yield
	if p.rule.Act == rules.Offload {
		kind = Offload
	}
	f.add(&Site{
		Pos: n.Pos(), End: n.End(), Kind: kind, Group: p.rule.Group, What: what, To: p.to, Template: replace(n, text, holes...),
		Message: what + " " + fact(p.rule) + ": replace it by " + p.to,
	})
}
