package find

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// killed reports what a kill passes by in functions that are given to these:
//
//	green.WithTimeout(d, func() error {
//		c, err := pool.Get()
//		...
//		if err := c.Ask(); err != nil { // waits, and is killed
//			c.Close() // is not called
//
// The function is a literal, or one of the package, and so are those that it calls. Nothing
// is replaced: to defer the call makes it later. Locks are left to held. What a function only takes and hands on is its caller's, and what
// nobody gives back here is not known to need it.
func killed(finders []*finder) {
	bodies := map[*types.Func]killedBody{}
	kills := false
	for _, f := range finders {
		for _, d := range f.Syntax.Decls {
			if d, ok := d.(*ast.FuncDecl); ok && d.Body != nil {
				if fn, ok := f.Info.Defs[d.Name].(*types.Func); ok {
					bodies[fn] = killedBody{f, d.Body}
				}
			}
		}
		for id, obj := range f.Info.Uses {
			kills = kills || id.Name == "Kill" && fromGreen(obj)
		}
	}
	var list []killedBody
	for _, f := range finders {
		for id, call := range f.greenCalls() {
			arg, ok := killers[id.Name]
			if !ok || arg >= len(call.Args) || !kills && (id.Name == "Spawn" || id.Name == "SpawnAfter") {
				continue
			}
			switch x := ast.Unparen(call.Args[arg]).(type) {
			case *ast.FuncLit:
				list = append(list, killedBody{f, x.Body})
			case *ast.Ident, *ast.SelectorExpr:
				list = append(list, bodies[f.static(x)])
			}
		}
	}
	waits := map[*finder][]wait{}
	for seen := map[*ast.BlockStmt]bool{}; len(list) > 0; {
		b := list[0]
		list = list[1:]
		if b.f == nil || seen[b.block] {
			continue
		}
		seen[b.block] = true
		if waits[b.f] == nil {
			waits[b.f] = b.f.waits()
		}
		b.passedBy(waits[b.f])
		b.run(func(n ast.Node) {
			if call, ok := n.(*ast.CallExpr); ok {
				list = append(list, bodies[b.f.static(call.Fun)])
			}
		})
	}
}

// killers are the functions of package green whose threads are killed, and which argument
// is the thread; for the second kind only if the package kills threads at all.
var killers = map[string]int{"WithTimeout": 1, "WithDeadline": 1, "WithContext": 1, "Spawn": 0, "SpawnAfter": 1}

// A killedBody is that of a function in which a kill may find a thread.
type killedBody struct {
	f     *finder
	block *ast.BlockStmt
}

// run visits what runs here: not what other function literals and deferred calls do.
func (b killedBody) run(visit func(ast.Node)) {
	ast.Inspect(b.block, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.FuncLit, *ast.DeferStmt, *ast.GoStmt:
			return false
		}
		if n != nil {
			visit(n)
		}
		return true
	})
}

// passedBy adds a site for each variable that a call has set, and whose Close, Release
// or Rollback is called behind a wait and in no deferred call.
func (b killedBody) passedBy(waits []wait) {
	info := b.f.Info
	var taken []*ast.Ident
	b.run(func(n ast.Node) {
		if s, ok := n.(*ast.AssignStmt); ok && len(s.Rhs) == 1 {
			if _, ok := ast.Unparen(s.Rhs[0]).(*ast.CallExpr); ok {
				if id, ok := s.Lhs[0].(*ast.Ident); ok && id.Name != "_" && s.Tok == token.DEFINE {
					taken = append(taken, id)
				}
			}
		}
	})
	for _, id := range taken {
		v := info.Defs[id]
		var back []*ast.CallExpr
		deferred := false
		ast.Inspect(b.block, func(n ast.Node) bool {
			if d, ok := n.(*ast.DeferStmt); ok {
				deferred = deferred || v != nil && uses(info, d, v)
			}
			return true
		})
		if v == nil || deferred {
			continue
		}
		b.run(func(n ast.Node) {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || !slices.Contains([]string{"Close", "Release", "Rollback"}, sel.Sel.Name) {
				return
			}
			if x, ok := ast.Unparen(sel.X).(*ast.Ident); ok && info.Uses[x] == v {
				back = append(back, call)
			}
		})
		taker := b.taker(id)
		for _, w := range waits {
			if w.pos < taker || b.block.End() <= w.pos || elsewhere(b.block, w.pos) {
				continue
			}
			i := slices.IndexFunc(back, func(c *ast.CallExpr) bool { return w.end <= c.Pos() })
			if i < 0 {
				continue
			}
			b.f.add(&Site{
				Pos: id.Pos(), End: id.End(), Kind: Killed, Group: "thread", What: "kill",
				Message: fmt.Sprintf("a thread that is killed while %s waits does not come to %s: defer it", w.what, types.ExprString(back[i].Fun)),
			})
			break
		}
	}
}

// taker is the end of the statement that defines id.
func (b killedBody) taker(id *ast.Ident) (end token.Pos) {
	b.run(func(n ast.Node) {
		if s, ok := n.(*ast.AssignStmt); ok && s.Lhs[0] == ast.Expr(id) {
			end = s.End()
		}
	})
	return end
}
