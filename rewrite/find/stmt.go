package find

import (
	"fmt"
	"go/ast"
	"go/types"
	"go/version"
	"slices"
	"strings"
)

// send: c <- v  =>  green.Send(c, v)
//
// Send has one type parameter, so v must have exactly the element type of c;
// else patched.To(c).Send(v) keeps the assignment's implicit conversion.
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
func (f *finder) receive(n *ast.UnaryExpr, stack []ast.Node) {
	name := "Recv"
	if _, ok := f.Info.TypeOf(n).(*types.Tuple); ok {
		name = "Recv2"
		if ok := commaOK(stack); ok != nil && !f.boolean(ok) {
			t, ok := f.typeText(f.Info.TypeOf(ok), n.Pos())
			if !ok {
				f.leave(n, "thread", "receive", "its second value is assigned to a type that this file cannot name: assign it to a bool first")
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
// Range over functions keeps break, continue, goto, return, defer and labels.
func (f *finder) rangeStmt(n *ast.RangeStmt) {
	if channel(f.Info.TypeOf(n.X)) == nil {
		return
	}
	if v := f.goVersion(); v != "" && version.Compare(v, "go1.23") < 0 {
		f.leave(n.X, "thread", "range over a channel", "it needs go 1.23: raise the go version in go.mod, or receive in the loop")
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

// selectStmt:
//
//	select {                  switch g0, g1 := green.OnRecv(c), green.OnSend(d, x); green.Select(g0, g1) {
//	case v := <-c:       =>   case 0: v := g0.V;
//	case d <- x:              default:
//	}                         }
//
// The operands are evaluated once, in source order, as in the select statement.
// The switch takes the place of the select, so break, labels and goto mean what
// they meant, and the last clause is the default, so that a select that ends a
// function still does. A select with a default never waits: see pollLoop.
func (f *finder) selectStmt(n *ast.SelectStmt, stack []ast.Node) {
	for _, c := range n.Body.List {
		if c := c.(*ast.CommClause); c.Comm == nil {
			f.pollStmt(n)
			if inLoop(stack) {
				f.pollLoop(c)
			}
			return
		}
	}
	if len(n.Body.List) == 0 {
		// A call does not end a function, an endless loop does.
		f.statement(n, "select", "never ends and holds the hub", "green.Select", replace(n, "for { §Select() }"))
		return
	}
	var (
		holes          []Hole
		names, ons     []string
		clauses        []Part
		shape          = &Shape{Node: n}
		hole           = func(e ast.Expr) string { holes = append(holes, moved(e)); return fmt.Sprintf("$%d$", len(holes)-1) }
		last           = len(n.Body.List) - 1
		received, item string
	)
	for i, c := range n.Body.List {
		c := c.(*ast.CommClause)
		name := fmt.Sprint(f.locals, i)
		names = append(names, name)
		head := Part{Pos: c.Case, End: c.Colon + 1, Text: fmt.Sprintf("case %d:", i)}
		if i == last {
			head.Text = "default:"
		}
		item = ""
		switch s := c.Comm.(type) {
		case *ast.SendStmt:
			f.seen[s] = true
			if f.sendsExactly(s) {
				ons = append(ons, "§OnSend("+hole(s.Chan)+", "+hole(s.Value)+")")
			} else {
				ons = append(ons, "§To("+hole(s.Chan)+").Case("+hole(s.Value)+")")
			}
		case *ast.ExprStmt:
			ons = append(ons, "§OnRecv("+hole(f.received(s.X))+")")
		case *ast.AssignStmt:
			ons = append(ons, "§OnRecv("+hole(f.received(s.Rhs[0]))+")")
			received = name + ".V"
			if len(s.Lhs) == 2 {
				received += ", " + name + ".OK"
				if !f.boolean(s.Lhs[1]) {
					received += " == true" // untyped, for any type of booleans
				}
				item = " $0$, $1$ " + s.Tok.String() + " " + received
			} else {
				item = " $0$ " + s.Tok.String() + " " + received
			}
			for _, l := range s.Lhs {
				head.Holes = append(head.Holes, in(l))
			}
			item += ";"
		}
		head.Text += item
		clauses = append(clauses, head)
	}
	shape.Parts = append([]Part{{
		Pos: n.Pos(), End: n.Body.Lbrace,
		Text:  "switch " + strings.Join(names, ", ") + " := " + strings.Join(ons, ", ") + "; §Select(" + strings.Join(names, ", ") + ") ",
		Holes: holes,
	}}, clauses...)
	shape.Clauses = true
	s := f.statement(n, "select", waits, "green.Select", shape)
	s.End = n.Body.Lbrace
}

// pollLoop: default:  =>  default: green.Poll();
//
// A loop around a select that never waits may poll for what another thread does.
func (f *finder) pollLoop(c *ast.CommClause) {
	if len(c.Body) > 0 {
		if s, ok := c.Body[0].(*ast.ExprStmt); ok {
			if call, ok := s.X.(*ast.CallExpr); ok {
				if id, _ := callee(call.Fun); id != nil && id.Name == "Poll" && fromGreen(f.Info.Uses[id]) {
					return
				}
			}
		}
	}
	at := c.Colon + 1
	f.add(&Site{
		Pos: c.Case, End: at, Kind: Yield, Group: "select", What: "select with default", To: "green.Poll",
		Message: "select with default in a loop may hold the hub while it polls: call green.Poll first",
		Shape:   &Shape{Node: c, Parts: []Part{{Pos: at, End: at, Text: " §Poll();"}}},
	})
}

// inLoop reports whether the innermost function has a loop around a statement.
func inLoop(stack []ast.Node) bool {
	for _, n := range slices.Backward(stack) {
		switch n.(type) {
		case *ast.ForStmt, *ast.RangeStmt:
			return true
		case *ast.FuncLit, *ast.FuncDecl:
			return false
		}
	}
	return false
}

// pollStmt marks the operations of a select that never waits. What their
// operands do first is searched like anything else.
func (f *finder) pollStmt(n *ast.SelectStmt) {
	for _, c := range n.Body.List {
		switch s := c.(*ast.CommClause).Comm.(type) {
		case *ast.SendStmt:
			f.seen[s] = true
		case *ast.ExprStmt:
			f.received(s.X)
		case *ast.AssignStmt:
			f.received(s.Rhs[0])
		}
	}
}

// received returns the channel of a receive operation and marks the operation
// as done.
func (f *finder) received(e ast.Expr) ast.Expr {
	op := ast.Unparen(e).(*ast.UnaryExpr)
	f.seen[op] = true
	return op.X
}

// channel returns the channel type that t is, or that the types of a type
// parameter are; nil if there is none.
func channel(t types.Type) *types.Chan {
	if t == nil {
		return nil
	}
	if p, ok := types.Unalias(t).(*types.TypeParam); ok {
		return coreChannel(p.Constraint())
	}
	c, _ := t.Underlying().(*types.Chan)
	return c
}

func coreChannel(t types.Type) *types.Chan {
	switch u := t.Underlying().(type) {
	case *types.Chan:
		return u
	case *types.Union:
		return coreChannel(u.Term(0).Type())
	case *types.Interface:
		for i := range u.NumEmbeddeds() {
			if c := coreChannel(u.EmbeddedType(i)); c != nil {
				return c
			}
		}
	}
	return nil
}
