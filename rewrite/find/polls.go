package find

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"github.com/greenify-go/greenify/rewrite/rules"
)

// polls reports loops that poll: nothing in them yields, and what ends them only another
// goroutine can change.
//
//	for !ready.Load() {   =>   for !ready.Load() {
//		tries++                    green.Poll()
//	}                              tries++
//	                           }
//
// Under a hub such a loop keeps those from running that it polls for, until the hub is taken
// from it (GREENIFY=busy). Poll yields once the time slice is over.
//
// What another goroutine can change is an atomic, the error of a context, a sync.Map, the
// length of a channel, the number of goroutines, the result of a function of the package
// that reads one of these, and a variable that other functions of the package set while all
// that the loop calls is of the standard library.
//
// Left alone is a loop that may end for another reason, as a counter or an empty queue, one
// that sets what it reads or swaps what it has just read (an update without a lock, which one
// thread does at once), and one that calls what is not known: it may yield.
func polls(finders []*finder) {
	p := &pollFinder{funcs: map[*types.Func]function{}, mayYield: map[*types.Func]bool{}, reads: map[*types.Func]string{}, set: map[*types.Var][]setting{}}
	for _, f := range finders {
		for _, d := range f.Syntax.Decls {
			if d, ok := d.(*ast.FuncDecl); ok && d.Body != nil {
				if fn, ok := f.Info.Defs[d.Name].(*types.Func); ok {
					p.funcs[fn] = function{d, f}
				}
			}
		}
		outer := []ast.Node{nil} // the functions around
		ast.PreorderStack(f.Syntax, nil, func(n ast.Node, stack []ast.Node) bool {
			for last := outer[len(outer)-1]; last != nil && n.Pos() >= last.End(); last = outer[len(outer)-1] {
				outer = outer[:len(outer)-1]
			}
			in := outer[len(outer)-1]
			switch n := n.(type) {
			case *ast.FuncLit, *ast.FuncDecl:
				outer = append(outer, n)
			case *ast.ForStmt:
				if n.Post == nil {
					p.loops = append(p.loops, &loop{finder: f, pollFinder: p, node: n, outer: in})
				}
			case *ast.AssignStmt:
				for _, l := range n.Lhs {
					p.sets(f, l, in)
				}
			case *ast.IncDecStmt:
				p.sets(f, n.X, in)
			case *ast.UnaryExpr:
				if n.Op == token.AND {
					p.sets(f, n.X, in)
				}
			}
			return true
		})
	}
	for _, l := range p.loops {
		l.pollingLoop(l, l.node.(*ast.ForStmt))
	}
}

// A pollFinder knows the functions of a package.
type pollFinder struct {
	loops []*loop
	funcs map[*types.Func]function
	set   map[*types.Var][]setting // where a variable or field is set, or its address is taken

	// What was asked already. A function that is asked about meanwhile, being recursive, has
	// nothing to say.
	mayYield map[*types.Func]bool
	reads    map[*types.Func]string // what another goroutine can change it tells
}

type setting struct {
	pos token.Pos
	in  ast.Node // the function
}

type function struct {
	decl *ast.FuncDecl
	in   *finder
}

// yieldsIn reports whether a function of the package may yield.
func (p *pollFinder) yieldsIn(fn *types.Func) bool {
	if yes, asked := p.mayYield[fn]; asked {
		return yes
	}
	p.mayYield[fn] = false
	d, ok := p.funcs[fn]
	p.mayYield[fn] = !ok || (&loop{finder: d.in, pollFinder: p}).yields(d.decl.Body)
	return p.mayYield[fn]
}

// readBy names what a function of the package tells that another goroutine can change.
func (p *pollFinder) readBy(fn *types.Func) string {
	if what, asked := p.reads[fn]; asked {
		return what
	}
	p.reads[fn] = ""
	if d, ok := p.funcs[fn]; ok && d.decl.Type.Results != nil {
		if l := (&loop{finder: d.in, pollFinder: p, node: d.decl.Body}); !l.changes() {
			p.reads[fn] = l.readIn(d.decl.Body)
		}
	}
	return p.reads[fn]
}

func (p *pollFinder) sets(f *finder, x ast.Expr, in ast.Node) {
	if v := f.variable(x); v != nil {
		p.set[v.Origin()] = append(p.set[v.Origin()], setting{x.Pos(), in})
	}
}

// A loop is looked at; or a function, for what it would be as part of one.
type loop struct {
	*finder
	*pollFinder
	node  ast.Node
	outer ast.Node // the function that a loop is in
	calls uint8    // whether it calls the standard library only: 1 if so, 2 if not, 0 before that is known

	vars map[*types.Var]string // variables that are set to what was read
}

func (f *finder) pollingLoop(l *loop, n *ast.ForStmt) {
	what, ok := "", true
	end := func(x ast.Expr) {
		switch read := l.readIn(x); {
		case read != "":
			if what == "" {
				what = read
			}
		case !l.timed(x):
			ok = false
		}
	}
	l.assigned(n)
	if n.Cond != nil {
		end(n.Cond)
	}
	l.exits(n.Body, end)
	if !ok || what == "" || l.yields(n) || l.changes() {
		return
	}
	at := f.behind(n.Body.Lbrace + 1)
	stmt := " §Poll();"
	if at > n.Body.Lbrace+1 {
		stmt = f.newline() + "\t§Poll()"
	}
	f.add(&Site{
		Pos: n.For, End: n.Body.Lbrace, Kind: Yield, Group: "thread", What: "polling loop", To: "green.Poll",
		Message:  "polling loop: it never yields, and only another goroutine can change what ends it, " + what + ": call green.Poll first",
		Template: &Template{Node: n, Parts: []Part{{Pos: at, End: at, Text: stmt}}},
	})
}

// inspect visits what runs as part of the loop, but for function literals and go statements.
func (l *loop) inspect(n ast.Node, visit func(ast.Node)) { inspectRun(n, visit) }

// yields reports whether something in a node may yield.
func (l *loop) yields(n ast.Node) bool {
	for _, s := range l.Sites {
		if n.Pos() <= s.Pos && s.Pos < n.End() && (s.Kind == Yield || s.Kind == Offload || s.Kind == Blocking) && !s.Foreign && !s.Later && s.What != "go statement" && !l.inLiteral(n, s.Pos) {
			return true
		}
	}
	found := false
	l.inspect(n, func(n ast.Node) {
		call, ok := n.(*ast.CallExpr)
		if !ok || found || l.Info.Types[call.Fun].IsType() || l.Info.Types[call.Fun].IsBuiltin() {
			return
		}
		if _, ok := ast.Unparen(call.Fun).(*ast.FuncLit); ok {
			return
		}
		id, _ := callee(call.Fun)
		var fn *types.Func
		if id != nil {
			fn, _ = l.Info.Uses[id].(*types.Func)
		}
		switch {
		case fn == nil || fn.Pkg() == nil:
			found = fn == nil // error.Error waits for nobody
		case fn.Pkg() == l.Pkg:
			recv := fn.Signature().Recv()
			found = recv != nil && types.IsInterface(recv.Type()) || l.yieldsIn(fn.Origin())
		case Runtime(fn.Pkg().Path()):
			found = true
		case !rules.Std(fn.Pkg().Path()):
			found = !l.tries(fn)
		}
	})
	return found
}

// inLiteral reports whether a place in a node is in a function literal that runs at another
// time, or in a go statement.
func (l *loop) inLiteral(n ast.Node, pos token.Pos) bool {
	runs := false
	l.inspect(n, func(m ast.Node) {
		runs = runs || m.Pos() == pos
	})
	return !runs
}

// tries reports whether a function of golang.org/x/sync tries to get what another goroutine
// has.
func (l *loop) tries(fn *types.Func) bool {
	return strings.HasPrefix(fn.Pkg().Path(), "golang.org/x/sync/") && (fn.Name() == "TryGo" || fn.Name() == "TryAcquire")
}

// readIn names something in x that another goroutine can change; "" if there is nothing.
func (l *loop) readIn(x ast.Node) string {
	what := ""
	l.inspect(x, func(n ast.Node) {
		if what != "" {
			return
		}
		switch n := n.(type) {
		case *ast.CallExpr:
			what = l.read(n)
		case *ast.Ident:
			if v, ok := l.Info.Uses[n].(*types.Var); ok {
				if what = l.vars[v]; what == "" && l.setElsewhere(v) {
					what = v.Name()
				}
			}
		}
	})
	return what
}

// read names what a call reads.
func (l *loop) read(n *ast.CallExpr) string {
	id, sel := callee(n.Fun)
	if id == nil {
		return ""
	}
	if _, ok := l.Info.Uses[id].(*types.Builtin); ok {
		if id.Name == "len" && len(n.Args) == 1 && channel(l.Info.TypeOf(n.Args[0])) != nil {
			return "len(" + types.ExprString(n.Args[0]) + ")"
		}
		return ""
	}
	fn, ok := l.Info.Uses[id].(*types.Func)
	if !ok || fn.Pkg() == nil {
		return ""
	}
	name, on := fn.Name(), types.ExprString(n.Fun)
	recv := ""
	if r := fn.Signature().Recv(); r != nil {
		recv = typeName(r.Type())
	}
	switch path := fn.Pkg().Path(); {
	case path == "sync/atomic" && (strings.HasPrefix(name, "Load") || strings.HasPrefix(name, "CompareAndSwap") || strings.HasPrefix(name, "Swap")),
		path == "sync" && recv == "Map" && name == "Load",
		path == "context" && name == "Err" && sel != nil,
		path == "runtime" && name == "NumGoroutine",
		l.tries(fn):
		return on
	case fn.Pkg() == l.Pkg && l.readBy(fn.Origin()) != "":
		return on
	}
	return ""
}

// setElsewhere reports whether v, which the loop does not set, is set by another function:
// one that the loop does not call, for it calls the standard library only.
func (l *loop) setElsewhere(v *types.Var) bool {
	set := l.set[v.Origin()]
	if len(set) == 0 || l.outer == nil || !l.callsStd() {
		return false
	}
	others := false
	for _, s := range set {
		if l.node.Pos() <= s.pos && s.pos < l.node.End() {
			return false
		}
		others = others || s.in != l.outer
	}
	return others
}

// callsStd reports whether the loop calls nothing but the standard library.
func (l *loop) callsStd() bool {
	if l.calls == 0 {
		l.calls = 1
		l.inspect(l.node, func(n ast.Node) {
			call, ok := n.(*ast.CallExpr)
			if !ok || l.Info.Types[call.Fun].IsType() || l.Info.Types[call.Fun].IsBuiltin() {
				return
			}
			id, _ := callee(call.Fun)
			if id != nil {
				if fn, ok := l.Info.Uses[id].(*types.Func); ok && fn.Pkg() != nil && rules.Std(fn.Pkg().Path()) {
					return
				}
			}
			l.calls = 2
		})
	}
	return l.calls == 1
}

// changes reports whether the loop sets an atomic or a map that it reads, or swaps what it
// has read itself.
func (l *loop) changes() bool {
	reads, sets := map[string]bool{}, map[string]bool{}
	update := false
	l.inspect(l.node, func(n ast.Node) {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return
		}
		id, sel := callee(call.Fun)
		if id == nil {
			return
		}
		fn, ok := l.Info.Uses[id].(*types.Func)
		if !ok || fn.Pkg() == nil || fn.Pkg().Path() != "sync/atomic" && fn.Pkg().Path() != "sync" {
			return
		}
		on, args := "", call.Args
		if fn.Signature().Recv() == nil {
			if len(args) == 0 {
				return
			}
			on, args = strings.TrimPrefix(types.ExprString(args[0]), "&"), args[1:]
		} else if sel != nil {
			on = types.ExprString(sel.X)
		}
		switch name := fn.Name(); {
		case strings.HasPrefix(name, "Load") && name != "LoadOrStore" && name != "LoadAndDelete":
			reads[on] = true
		case strings.HasPrefix(name, "CompareAndSwap"):
			reads[on] = true
			if len(args) > 0 && l.Info.Types[args[0]].Value == nil && !l.Info.Types[args[0]].IsNil() {
				update = true
			}
		case strings.HasPrefix(name, "Swap"):
			reads[on] = true
			if len(args) > 0 && l.Info.Types[args[0]].Value == nil {
				update = true
			}
		case fn.Pkg().Path() == "sync/atomic", fn.Signature().Recv() != nil && typeName(fn.Signature().Recv().Type()) == "Map" && name != "Range":
			sets[on] = true
		}
	})
	for on := range sets {
		update = update || reads[on]
	}
	return update
}

// assigned notes the variables that the loop sets to what it reads.
func (l *loop) assigned(n ast.Node) {
	l.vars = map[*types.Var]string{}
	for range 2 {
		l.inspect(n, func(n ast.Node) {
			s, ok := n.(*ast.AssignStmt)
			if !ok {
				return
			}
			for i, x := range s.Lhs {
				id, ok := x.(*ast.Ident)
				if !ok {
					continue
				}
				v, _ := l.Info.Defs[id].(*types.Var)
				if v == nil {
					v, _ = l.Info.Uses[id].(*types.Var)
				}
				if what := l.readIn(s.Rhs[min(i, len(s.Rhs)-1)]); v != nil && what != "" {
					l.vars[v] = what
				}
			}
		})
	}
}

// exits calls end with the conditions under which the loop is left from inside.
func (l *loop) exits(body *ast.BlockStmt, end func(ast.Expr)) {
	var conds []ast.Expr
	var visit func(n ast.Node, inner bool)
	visit = func(n ast.Node, inner bool) {
		ast.Inspect(n, func(m ast.Node) bool {
			if m == n {
				return true
			}
			switch m := m.(type) {
			case *ast.FuncLit:
				return false
			case *ast.IfStmt:
				before := len(conds)
				conds = append(conds, m.Cond)
				visit(m.Body, inner)
				if m.Else != nil {
					visit(&ast.BlockStmt{List: []ast.Stmt{m.Else}}, inner)
				}
				conds = conds[:before]
				return false
			case *ast.ForStmt:
				visit(m.Body, true)
				return false
			case *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
				visit(bodyOf(m), true)
				return false
			case *ast.BranchStmt:
				if m.Tok == token.BREAK && (!inner || m.Label != nil) || m.Tok == token.GOTO {
					l.exit(conds, end)
				}
			case *ast.ReturnStmt:
				l.exit(conds, end)
			}
			return true
		})
	}
	visit(body, false)
}

// exit is left under all of these conditions: one that only another goroutine can change is
// enough.
func (l *loop) exit(conds []ast.Expr, end func(ast.Expr)) {
	for _, x := range conds {
		if l.readIn(x) != "" {
			end(x)
			return
		}
	}
	if len(conds) == 0 {
		end(&ast.BadExpr{})
		return
	}
	end(conds[len(conds)-1])
}

// timed reports whether a condition asks the clock only: the loop polls until then.
func (l *loop) timed(x ast.Expr) bool {
	found := false
	l.inspect(x, func(n ast.Node) {
		if call, ok := n.(*ast.CallExpr); ok {
			if id, _ := callee(call.Fun); id != nil {
				if fn, ok := l.Info.Uses[id].(*types.Func); ok && fn.Pkg() != nil && fn.Pkg().Path() == "time" {
					found = true
				}
			}
		}
	})
	return found
}
