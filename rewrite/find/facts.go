package find

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"github.com/greenify-go/greenify/rewrite/rules"
	"golang.org/x/tools/go/types/typeutil"
)

// A body is a function declared in the package, and what it does itself. Function literals
// and go statements run at another time or in another thread.
type body struct {
	fn    *types.Func
	decl  *ast.FuncDecl
	calls []*ast.CallExpr // of declared functions, in source order
	chain []string        // through what waits in it until somebody else does something
	locks []lockSite      // it takes
}

// A lockSite takes a lock.
type lockSite struct {
	lock *types.Var // the variable or field
	what string
	end  token.Pos
}

// Facts returns the facts of the functions that a package declares, but for those of which
// there is nothing to know. known gives those of other packages; it reports false for a
// function of which nothing is known.
//
// A wait that is patched does not count, and a package that is patched keeps nothing: what it
// starts are green threads. Calls of function values and of interface methods are not followed. A
// lock is one that waits for somebody else only if the package holds a lock while it waits,
// calls what it was given, or returns.
func Facts(in Input, known func(*types.Func) (Fact, bool)) map[*types.Func]Fact {
	in.Foreign, in.Groups = nil, nil
	c := &factFinder{Input: in, known: known, facts: map[*types.Func]Fact{}, held: map[*types.Var]bool{}}
	patched := false
	for _, file := range NewSearch(in).Files(false) {
		w := &finder{Input: in, File: file, index: ruleIndex()}
		patched = patched || w.usesGreen()
		for _, d := range file.Syntax.Decls {
			if d, ok := d.(*ast.FuncDecl); ok && d.Body != nil {
				if fn, ok := in.Info.Defs[d.Name].(*types.Func); ok {
					c.body(file, d, fn)
				}
			}
		}
	}
	c.chains()
	c.interfaces()
	if !patched {
		c.keeps()
	}
	return c.facts
}

type factFinder struct {
	Input
	known  func(*types.Func) (Fact, bool)
	bodies []*body
	facts  map[*types.Func]Fact
	held   map[*types.Var]bool // locks that are held while something waits
}

// body looks at one function: at what waits in it, and at what it calls.
func (c *factFinder) body(file *File, d *ast.FuncDecl, fn *types.Func) {
	b := &body{fn: fn, decl: d}
	c.bodies = append(c.bodies, b)
	waits := map[ast.Node]*Site{}
	for _, s := range file.Sites {
		if s.Template != nil && s.WaitGroup() != "" && !s.Later && !strings.HasPrefix(s.To, "green.Try") && s.To != "green.Poll" {
			waits[s.Template.Node] = s
		}
	}
	inspectRun(d.Body, func(n ast.Node) {
		if s := waits[n]; s != nil {
			if lockWait(s) {
				if lock := c.lockOf(s.Template.Node); lock != nil {
					b.locks = append(b.locks, lockSite{lock, s.What, s.End})
				}
			} else if b.chain == nil {
				b.chain = []string{s.What}
			}
		}
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return
		}
		callee := typeutil.StaticCallee(c.Info, call)
		if callee == nil {
			return
		}
		callee = callee.Origin()
		b.calls = append(b.calls, call)
		if callee.Pkg() != c.Pkg && b.chain == nil {
			if fact, ok := c.fact(callee); ok && fact.Through != nil {
				b.chain = append([]string{FuncName(callee)}, fact.Through...)
			}
		}
	})
	c.holds(file, d, waits)
}

// fact is that of a function of another package that is not of the standard library.
func (c *factFinder) fact(fn *types.Func) (Fact, bool) {
	if fn.Pkg() == nil || rules.Std(fn.Pkg().Path()) || Runtime(fn.Pkg().Path()) {
		return Fact{}, false
	}
	return c.known(fn)
}

// lockWait reports whether a site waits for a lock.
func lockWait(s *Site) bool {
	switch s.To {
	case "green.Lock", "green.RLock", "green.Do", "green.OnceFunc", "green.OnceValue", "green.OnceValues":
		return true
	}
	return false
}

// lockOf returns the variable or field that a call locks; nil if it is one of the function
// itself, or has no name.
func (c *factFinder) lockOf(n ast.Node) *types.Var {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return nil
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	var lock *types.Var
	if s := c.Info.Selections[sel]; s != nil && len(s.Index()) > 1 {
		t := s.Recv()
		for _, i := range s.Index()[:len(s.Index())-1] { // promoted
			st, ok := deref(t).Underlying().(*types.Struct)
			if !ok {
				return nil
			}
			lock = st.Field(i)
			t = lock.Type()
		}
	} else if id, _ := callee(sel.X); id != nil {
		lock, _ = c.Info.Uses[id].(*types.Var)
	}
	if lock == nil || !lock.IsField() && lock.Parent() != c.Pkg.Scope() {
		return nil
	}
	return lock.Origin()
}

// holds notes the locks that the function holds while something waits: a site, a call of
// what waits in another package or of what the package does not know, or the caller, if it
// is not unlocked here.
func (c *factFinder) holds(file *File, d *ast.FuncDecl, waits map[ast.Node]*Site) {
	w := &finder{Input: c.Input, File: file, index: ruleIndex()}
	unlocks := map[string]bool{}
	ast.Inspect(d.Body, func(n ast.Node) bool {
		if x, ok := n.(ast.Expr); ok {
			if lock := w.unlocked(x); lock != "" {
				unlocks[lock] = true
			}
		}
		return true
	})
	ast.Inspect(d.Body, func(n ast.Node) bool {
		if s := waits[n]; s != nil && s.To == "green.Do" {
			if call, ok := n.(*ast.CallExpr); ok && len(call.Args) == 1 {
				if lit, ok := ast.Unparen(call.Args[0]).(*ast.FuncLit); ok && c.waitsIn(lit.Body, lit.Body.Pos(), lit.Body.End(), waits) {
					c.held[c.lockOf(call)] = true
				}
			}
		}
		list := statements(n)
		for i, s := range list {
			lock := w.locked(s)
			if lock == "" {
				continue
			}
			end := n.End()
			for _, t := range list[i+1:] {
				if e, ok := t.(*ast.ExprStmt); ok && w.unlocked(e.X) == lock {
					end = t.Pos()
					break
				}
			}
			if !unlocks[lock] || c.waitsIn(n, s.End(), end, waits) {
				c.held[c.lockOf(s.(*ast.ExprStmt).X)] = true
			}
		}
		return true
	})
}

// waitsIn reports whether something between two places of a node may wait for somebody
// else.
func (c *factFinder) waitsIn(n ast.Node, from, to token.Pos, waits map[ast.Node]*Site) bool {
	found := false
	inspectRun(n, func(n ast.Node) {
		if n.Pos() < from || n.Pos() >= to || found {
			return
		}
		if s := waits[n]; s != nil && !lockWait(s) && s.To != "green.Wait" { // Cond.Wait unlocks
			found = true
		}
		call, ok := n.(*ast.CallExpr)
		if !ok || c.Info.Types[call.Fun].IsType() || c.Info.Types[call.Fun].IsBuiltin() {
			return
		}
		if _, ok := ast.Unparen(call.Fun).(*ast.FuncLit); ok {
			return
		}
		switch callee := typeutil.Callee(c.Info, call).(type) {
		case *types.Func:
			fn := callee.Origin()
			if recv := fn.Signature().Recv(); recv != nil && types.IsInterface(recv.Type()) {
				found = fn.Pkg() != nil && !rules.Std(fn.Pkg().Path())
			} else if fact, ok := c.fact(fn); ok {
				found = fact.Through != nil
			}
		default:
			found = true
		}
	})
	return found
}

// chains computes through what each function may wait. Each round makes chains one call
// longer, so that every function gets a shortest one, and the first in the source among
// those.
func (c *factFinder) chains() {
	known := map[*types.Func][]string{}
	for _, b := range c.bodies {
		if b.chain != nil {
			known[b.fn] = b.chain
		}
	}
	c.longer(known)
	for more := true; more; { // a lock may be held while a function waits for another lock
		c.heldByCalls(known)
		more = false
		for _, b := range c.bodies {
			for _, l := range b.locks {
				if known[b.fn] == nil && c.held[l.lock] {
					known[b.fn], more = []string{l.what}, true
				}
			}
		}
		if more {
			c.longer(known)
		}
	}
	for _, b := range c.bodies {
		if chain := known[b.fn]; chain != nil {
			fact := c.facts[b.fn]
			fact.Through = chain
			c.facts[b.fn] = fact
		}
	}
}

// interfaces gives the methods of the package's interfaces the chains of those that the
// package itself declares for them: what is behind an interface is most often from where it
// is declared.
func (c *factFinder) interfaces() {
	scope := c.Pkg.Scope()
	for _, name := range scope.Names() {
		obj, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || obj.IsAlias() || !types.IsInterface(obj.Type()) {
			continue
		}
		iface := obj.Type().Underlying().(*types.Interface)
		for _, other := range scope.Names() {
			impl, ok := scope.Lookup(other).(*types.TypeName)
			if !ok || impl.IsAlias() || types.IsInterface(impl.Type()) || iface.NumMethods() == 0 {
				continue
			}
			t := types.NewPointer(impl.Type())
			if named, ok := impl.Type().(*types.Named); !ok || named.TypeParams().Len() > 0 || !types.Implements(t, iface) {
				continue
			}
			for m := range iface.Methods() {
				found, _, _ := types.LookupFieldOrMethod(t, true, c.Pkg, m.Name())
				fn, ok := found.(*types.Func)
				if !ok || m.Pkg() != c.Pkg {
					continue
				}
				fact := c.facts[m]
				if through := c.facts[fn.Origin()].Through; fact.Through == nil && through != nil {
					fact.Through = append([]string{FuncName(fn)}, through...)
					c.facts[m] = fact
				}
			}
		}
	}
}

func (c *factFinder) longer(known map[*types.Func][]string) {
	for more := true; more; {
		more = false
		next := map[*types.Func][]string{}
		for _, b := range c.bodies {
			if known[b.fn] != nil {
				continue
			}
			for _, call := range b.calls {
				callee := typeutil.StaticCallee(c.Info, call).Origin()
				if chain := known[callee]; chain != nil {
					next[b.fn] = append([]string{FuncName(callee)}, chain...)
					break
				}
			}
		}
		for fn, chain := range next {
			known[fn], more = chain, true
		}
	}
}

// heldByCalls notes the locks that may be held while a function of the package is called that
// waits: those taken before, if nothing unlocks them.
func (c *factFinder) heldByCalls(known map[*types.Func][]string) {
	for _, b := range c.bodies {
		for _, l := range b.locks {
			for _, call := range b.calls {
				callee := typeutil.StaticCallee(c.Info, call).Origin()
				if known[callee] != nil && call.Pos() > l.end && !c.unlockedBetween(b, l, call.Pos()) {
					c.held[l.lock] = true
				}
			}
		}
	}
}

// unlockedBetween reports whether the function unlocks what it has locked before it comes to
// a place, in the order of the source.
func (c *factFinder) unlockedBetween(b *body, l lockSite, to token.Pos) bool {
	found := false
	ast.Inspect(b.decl.Body, func(n ast.Node) bool {
		if d, ok := n.(*ast.DeferStmt); ok {
			return d == nil // at the end
		}
		if call, ok := n.(*ast.CallExpr); ok && l.end < call.Pos() && call.Pos() < to && c.lockOf(call) == l.lock {
			sel := ast.Unparen(call.Fun).(*ast.SelectorExpr)
			found = found || sel.Sel.Name == "Unlock" || sel.Sel.Name == "RUnlock"
		}
		return !found
	})
	return found
}
