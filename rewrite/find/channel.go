package find

import (
	"go/ast"
	"go/types"
	"go/version"
)

// send: c <- v  =>  green.Send(c, v)
//
// Send has one type parameter, so v must have exactly the element type of c;
// else patched.To(c).Send(v) keeps the assignment's implicit conversion. Channel and value
// are evaluated in the same order, before either waits. Every send is replaced, also on a
// channel that is never full: that is not known here, and a send that need not wait does not
// yield.
func (f *finder) send(n *ast.SendStmt) {
	text, to := "§Send($0$, $1$)", "green.Send"
	if !f.sendsExactly(n) {
		text, to = "§To($0$).Send($1$)", "patched.To(...).Send"
	}
	f.statement(n, "send", waits, to, replace(n, text, in(n.Chan), in(n.Value)))
}

func (f *finder) sendsExactly(n *ast.SendStmt) bool {
	c := channel(f.Info.TypeOf(n.Chan))
	v := f.Info.Types[n.Value]
	return c != nil && (v.IsNil() || types.Identical(v.Type, c.Elem()))
}

// receive: <-c  =>  green.Recv(c), or green.Recv2(c) where two values are
// wanted, or patched.Recv2To[flag](c) where the second has a type of its own.
//
// The second value is untyped in the language, so it takes any boolean type; a function's
// result has one. A type without a name in this file makes the receive a finding.
func (f *finder) receive(n *ast.UnaryExpr, stack []ast.Node) {
	name := "Recv"
	if _, ok := f.Info.TypeOf(n).(*types.Tuple); ok {
		name = "Recv2"
		if ok := commaOK(stack); ok != nil && !f.boolean(ok) {
			t, ok := f.typeText(f.Info.TypeOf(ok), n.Pos())
			if !ok {
				f.unpatchable(n, "thread", "receive", "its second value is assigned to a type that this file cannot name: assign it to a bool first")
				return
			}
			name = "Recv2To[" + t + "]"
		}
	}
	f.statement(n, "receive", waits, readable("§"+name), replace(n, "§"+name+"($0$)", in(n.X)))
}

// commaOK returns the expression that gets the second value of a receive.
func commaOK(stack []ast.Node) ast.Expr {
	for i := len(stack) - 1; i >= 0; i-- {
		switch n := stack[i].(type) {
		case *ast.ParenExpr:
			continue
		case *ast.AssignStmt:
			if len(n.Lhs) == 2 {
				return n.Lhs[1]
			}
		case *ast.ValueSpec:
			if len(n.Names) == 2 {
				return n.Names[1]
			}
		}
		return nil
	}
	return nil
}

// boolean reports whether a value of type bool, typed, can be assigned to e.
func (f *finder) boolean(e ast.Expr) bool {
	if id, ok := e.(*ast.Ident); ok && id.Name == "_" {
		return true
	}
	t := f.Info.TypeOf(e)
	return t != nil && types.AssignableTo(types.Typ[types.Bool], t)
}

// rangeStmt: for v := range c  =>  for v := range green.Range(c)
//
// Range over functions keeps break, continue, goto, return, defer and labels. It needs
// go 1.23: in a file for an older release the loop is a finding.
func (f *finder) rangeStmt(n *ast.RangeStmt) {
	if channel(f.Info.TypeOf(n.X)) == nil {
		return
	}
	if v := f.goVersion(); v != "" && version.Compare(v, "go1.23") < 0 {
		f.unpatchable(n.X, "thread", "range over a channel", "it needs go 1.23: raise the go version in go.mod, or receive in the loop")
		return
	}
	f.statement(n.X, "range over a channel", waits, "green.Range", replace(n.X, "§Range($0$)", in(n.X)))
}

func (f *finder) goVersion() string {
	if v := f.Info.FileVersions[f.Syntax]; v != "" {
		return v
	}
	return f.Pkg.GoVersion()
}
