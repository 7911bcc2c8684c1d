package find

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/greenify-go/greenify/rewrite/rules"
	"github.com/greenify-go/greenify/runtime/arity"
)

// A wait is something in the source that waits, patched or not yet.
type wait struct {
	pos, end token.Pos
	what     string
	to       string // the function or method of package green that it is or becomes
	frees    string // the lock that is not held meanwhile: c.L for c.Wait()
}

// held reports locks that stay held while the thread waits, with nothing that
// unlocks them if the wait panics:
//
//	mu.Lock()          green.Lock(&mu)
//	x := <-c           x := green.Recv(c)
//	mu.Unlock()        mu.Unlock()
//
// That is as bad, and as visible, once the source is patched.
func (f *finder) held() {
	waits := f.waits()
	if len(waits) == 0 {
		return
	}
	ast.Inspect(f.Syntax, func(n ast.Node) bool {
		list := statements(n)
		for i, s := range list {
			f.heldFrom(s, list[i+1:], waits)
		}
		return true
	})
}

// statements returns the list of statements that a node is.
func statements(n ast.Node) []ast.Stmt {
	switch n := n.(type) {
	case *ast.BlockStmt:
		return n.List
	case *ast.CaseClause:
		return n.Body
	case *ast.CommClause:
		return n.Body
	}
	return nil
}

// waits lists what waits in the file, in source order: the sites to be patched,
// the calls of package green, and the calls of std with a wrapped reader or
// writer.
func (f *finder) waits() []wait {
	var list []wait
	for _, s := range f.Sites {
		to := s.To[strings.LastIndexByte(s.To, '.')+1:]
		if (s.Kind == Yield || s.Kind == Offload) && s.Shape != nil && greenWaits(to, s.Later) {
			w := wait{pos: s.Pos, end: s.End, what: s.What, to: to}
			if call, ok := s.Shape.Node.(*ast.CallExpr); ok && s.What == "sync.(Cond).Wait" {
				if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
					w.frees = condLock(sel.X)
				}
			}
			list = append(list, w)
		}
	}
	wrapped := map[ast.Expr]string{}
	for id, call := range f.greenCalls() {
		if id.Name == "Reader" || id.Name == "Writer" {
			wrapped[call] = id.Name
		} else if greenWaits(id.Name, false) {
			w := wait{pos: call.Pos(), end: call.End(), what: Qualified(id.Name), to: id.Name}
			if id.Name == "Wait" && len(call.Args) == 1 {
				w.frees = condLock(call.Args[0])
			}
			list = append(list, w)
		}
	}
	if len(wrapped) > 0 {
		ast.Inspect(f.Syntax, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				for _, x := range call.Args {
					id, _ := callee(call.Fun)
					if wrapped[x] == "" || id == nil {
						continue
					}
					if r, ok := f.rule(f.Info.Uses[id]); ok && greenWaits(wrapped[x], r.Later()) {
						list = append(list, wait{pos: x.Pos(), end: x.End(), what: r.Symbol(), to: wrapped[x]})
					}
				}
			}
			return true
		})
	}
	slices.SortStableFunc(list, func(a, b wait) int { return int(a.pos - b.pos) })
	return list
}

// condLock names the lock of a condition variable, as locked does.
func condLock(cond ast.Expr) string {
	x := ast.Unparen(cond)
	if u, ok := x.(*ast.UnaryExpr); ok && u.Op == token.AND {
		x = u.X
	}
	return lockName(x, ".L", "Lock")
}

// greenWaits reports whether the function or method of package green with the name
// waits there and then; later says that a wrapped reader or writer is only kept.
func greenWaits(name string, later bool) bool {
	switch name {
	case "Send", "Recv", "Recv2", "Range", "Select", "Poll", "Offload", "Sleep", "Lock", "RLock", "Wait", "Do", "DoContext", "Yield":
		return true
	case "Reader", "Writer":
		return !later
	}
	family, ok := arity.Of(name)
	return ok && family.Waits
}

// heldFrom adds a site if s locks what a statement of rest unlocks, and
// something between them waits.
func (f *finder) heldFrom(s ast.Stmt, rest []ast.Stmt, waits []wait) {
	lock := f.locked(s)
	if lock == "" {
		return
	}
	for _, t := range rest {
		if d, ok := t.(*ast.DeferStmt); ok && f.unlocked(d.Call) == lock {
			return
		}
		e, ok := t.(*ast.ExprStmt)
		if !ok || f.unlocked(e.X) != lock {
			continue
		}
		for _, w := range waits {
			if s.End() <= w.pos && w.pos < t.Pos() && w.frees != lock && !deferred(rest, w.pos) {
				f.add(&Site{
					Pos: s.Pos(), End: s.End(), Kind: Held, Group: "thread", What: "lock",
					Message: fmt.Sprintf("%s is held while %s waits, and stays locked if that panics: defer the unlock", lock, w.what),
				})
				return
			}
		}
		return
	}
}

// deferred reports whether pos is in a function literal below the statements:
// it does not run here.
func deferred(list []ast.Stmt, pos token.Pos) bool {
	found := false
	for _, s := range list {
		ast.Inspect(s, func(n ast.Node) bool {
			if lit, ok := n.(*ast.FuncLit); ok && lit.Pos() <= pos && pos < lit.End() {
				found = true
			}
			return !found
		})
	}
	return found
}

// locked returns the lock that a statement takes, "" if it takes none:
// mu.Lock() and green.Lock(&mu) take mu.
func (f *finder) locked(s ast.Stmt) string {
	e, ok := s.(*ast.ExprStmt)
	if !ok {
		return ""
	}
	if lock := f.lockMethod(e.X, "Lock", "RLock"); lock != "" {
		return lock
	}
	call, ok := e.X.(*ast.CallExpr)
	if !ok || len(call.Args) != 1 {
		return ""
	}
	id, _ := callee(call.Fun)
	if id == nil || !fromGreen(f.Info.Uses[id]) || id.Name != "Lock" && id.Name != "RLock" {
		return ""
	}
	x := ast.Unparen(call.Args[0])
	if u, ok := x.(*ast.UnaryExpr); ok && u.Op == token.AND {
		x = u.X
	}
	return lockName(x, "", id.Name)
}

// unlocked returns the lock that a call gives back.
func (f *finder) unlocked(x ast.Expr) string { return f.lockMethod(x, "Unlock", "RUnlock") }

// lockMethod returns the lock of a call of one of the methods of sync. A
// promoted method's is the field that has it, as green.Lock is given it.
func (f *finder) lockMethod(x ast.Expr, names ...string) string {
	call, ok := x.(*ast.CallExpr)
	if !ok {
		return ""
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || !slices.Contains(names, sel.Sel.Name) {
		return ""
	}
	fn, ok := f.Info.Uses[sel.Sel].(*types.Func)
	s := f.Info.Selections[sel]
	if !ok || s == nil || s.Kind() != types.MethodVal || fn.Pkg() == nil || fn.Pkg().Path() != "sync" {
		return ""
	}
	recv, _ := f.receiver(sel.X, s, rules.Call{With: "Lock", Name: "Lock"})
	return lockName(sel.X, recv.post, fn.Name())
}

// lockName names a lock for comparison and for people.
func lockName(x ast.Expr, field, method string) string {
	name := types.ExprString(ast.Unparen(x)) + field
	if strings.HasPrefix(method, "R") {
		name += " (for reading)"
	}
	return name
}
