package find

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"github.com/greenify-go/greenify/runtime/arity"
)

// A wait is something in the source that waits, patched or not yet.
type wait struct {
	pos, end token.Pos
	what     string
	to       string // the function or method of package green that it is or becomes
	frees    string // the lock that is not held meanwhile: c.L for c.Wait()
}

// waits lists what waits in the file, in source order: the sites to be patched,
// the calls of package green, and the calls of std with a wrapped reader or
// writer.
func (f *finder) waits() []wait {
	var list []wait
	for _, s := range f.Sites {
		to := s.To[strings.LastIndexByte(s.To, '.')+1:]
		if (s.Kind == Yield || s.Kind == Offload) && s.Template != nil && greenWaits(to, s.Later) {
			w := wait{pos: s.Pos, end: s.End, what: s.What, to: to}
			if call, ok := s.Template.Node.(*ast.CallExpr); ok && s.What == "sync.(Cond).Wait" {
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

// greenWaits reports whether the function or method of package green with the name
// waits there and then; later says that a wrapped reader or writer is only kept.
func greenWaits(name string, later bool) bool {
	switch name {
	case "Send", "Recv", "Recv2", "Range", "Select", "Poll", "Offload", "Sleep", "Lock", "RLock", "Wait", "Do", "Yield":
		return true
	case "Reader", "Writer":
		return !later
	}
	family, ok := arity.Of(name)
	return ok && family.Waits
}
