package find

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"
)

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
// function still does. What is received is assigned in the clause that was chosen, as
// before.
//
// A select with a default never waits, so it is not replaced: see pollLoop for one in a loop.
// What its operations evaluate first is searched like anything else.
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
		tmpl           = &Template{Node: n}
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
	tmpl.Parts = append([]Part{{
		Pos: n.Pos(), End: n.Body.Lbrace,
		Text:  "switch " + strings.Join(names, ", ") + " := " + strings.Join(ons, ", ") + "; §Select(" + strings.Join(names, ", ") + ") ",
		Holes: holes,
	}}, clauses...)
	tmpl.Clauses = true
	s := f.statement(n, "select", waits, "green.Select", tmpl)
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
	at, stmt := f.behind(c.Colon+1), " §Poll();"
	if at > c.Colon+1 {
		stmt = f.newline() + "\t§Poll()"
	}
	f.add(&Site{
		Pos: c.Case, End: c.Colon + 1, Kind: Yield, Group: "select", What: "select with default", To: "green.Poll",
		Message:  "select with default in a loop may hold the hub while it polls: call green.Poll first",
		Template: &Template{Node: c, Parts: []Part{{Pos: at, End: at, Text: stmt}}},
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
