package find

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// held reports locks that stay held while the thread waits, with nothing that
// unlocks them if the wait panics:
//
//	mu.Lock()          green.Lock(&mu)
//	x := <-c           x := green.Recv(c)
//	mu.Unlock()        mu.Unlock()
//
// That is as bad, and as visible, once the source is patched. Nothing is replaced: a deferred
// unlock comes later than the one that is there, and whether that is right people must say.
//
// Reported is only what can be seen in one list of statements: the lock, the wait and the
// unlock. A lock that is given back elsewhere may be so under conditions, and a wait in a
// function literal does not happen here. Cond.Wait gives its own lock back meanwhile.
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
		first, _ := slices.BinarySearchFunc(waits, s.End(), func(w wait, pos token.Pos) int { return int(w.pos - pos) })
		for _, w := range waits[first:] {
			if w.pos >= t.Pos() {
				break
			}
			if w.frees != lock && !deferred(rest, w.pos) {
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

// An Across is a lock that is held while something waits, deferred unlock or
// not.
type Across struct {
	Lock token.Pos
	What string // the lock, as in the source
	Wait *Site
}

// HeldAcross returns the locks of sync that are held across the first site for
// which yields is true: up to the unlock in the same list of statements, or to
// its end if the unlock is deferred or is somewhere else.
func (f *File) HeldAcross(pkg *types.Package, info *types.Info, yields func(*Site) bool) []Across {
	w := &finder{Input: Input{Pkg: pkg, Info: info}, File: f}
	var list []Across
	ast.Inspect(f.Syntax, func(n ast.Node) bool {
		stmts := statements(n)
		for i, s := range stmts {
			lock := w.locked(s)
			if lock == "" {
				continue
			}
			end := n.End()
			for _, t := range stmts[i+1:] {
				if e, ok := t.(*ast.ExprStmt); ok && w.unlocked(e.X) == lock {
					end = t.Pos()
					break
				}
			}
			for _, site := range f.Sites {
				if s.End() <= site.Pos && site.Pos < end && yields(site) && !deferred(stmts[i+1:], site.Pos) {
					list = append(list, Across{s.Pos(), lock, site})
					break
				}
			}
		}
		return true
	})
	return list
}
