package find

import (
	"go/ast"
	"go/token"
	"go/types"
)

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
