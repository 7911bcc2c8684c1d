package find

import (
	"go/ast"

	"github.com/greenify-go/greenify/rewrite/rules"
)

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
