package find

import (
	"go/ast"
	"go/token"
	"go/types"
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
		to, _, _ := strings.Cut(s.To, "[")
		to = to[strings.LastIndexByte(to, '.')+1:]
		if (s.Kind == Yield || s.Kind == Offload) && s.Template != nil && greenWaits(to, s.Later) {
			w := wait{pos: s.Pos, end: s.End, what: s.What, to: to}
			if call, ok := s.Template.Node.(*ast.CallExpr); ok && s.What == "sync.(*Cond).Wait" {
				if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
					w.frees = condLock(sel.X)
				}
			}
			list = append(list, w)
		}
	}
	wrapped := map[ast.Expr]string{}
	for id, call := range f.greenCalls() {
		fn, ok := f.Info.Uses[id].(*types.Func)
		if !ok {
			continue
		}
		if key := FuncKey(fn); key == "Reader" || key == "Writer" {
			wrapped[call] = key
		} else if greenWaits(key, false) {
			w := wait{pos: call.Pos(), end: call.End(), what: greenName(fn), to: key}
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

// greenWaiters are the functions and methods of packages green and patched that wait, or
// return an iterator that does, by their FuncKey, but for those that package arity knows.
// (TestGreenWaits holds them against the source of package green.)
var greenWaiters = map[string]bool{
	"BlockedIn":                true,
	"DAG.Wait":                 true,
	"DAG.WaitContext":          true,
	"Do":                       true,
	"Event.Wait":               true,
	"Event.WaitContext":        true,
	"Handle.Wait":              true,
	"Handle.WaitContext":       true,
	"Lock":                     true,
	"Manifest":                 true,
	"Map":                      true,
	"MapContext":               true,
	"Offload":                  true,
	"OffloadPool.Do":           true,
	"OffloadPool.DoContext":    true,
	"Pile.All":                 true,
	"Pile.AllContext":          true,
	"Pile.Spawn":               true,
	"Pile.SpawnContext":        true,
	"Poll":                     true,
	"Pool.Go":                  true,
	"Pool.GoContext":           true,
	"Pool.Wait":                true,
	"Pool.WaitContext":         true,
	"Queue.All":                true,
	"Queue.Get":                true,
	"Queue.GetContext":         true,
	"Queue.Join":               true,
	"Queue.JoinContext":        true,
	"Queue.Put":                true,
	"Queue.PutContext":         true,
	"RLock":                    true,
	"Range":                    true,
	"Recv":                     true,
	"Recv2":                    true,
	"Recv2To":                  true,
	"Select":                   true,
	"Semaphore.Acquire":        true,
	"Semaphore.AcquireContext": true,
	"Send":                     true,
	"Sender.Send":              true,
	"Sleep":                    true,
	"SpawnIn":                  true,
	"SpawnInContext":           true,
	"Task.Wait":                true,
	"Task.WaitContext":         true,
	"Wait":                     true,
	"WithContext":              true,
	"WithDeadline":             true,
	"WithTimeout":              true,
	"Yield":                    true,
}

// greenWaits reports whether the function or method of package green with the key waits
// there and then; later says that a wrapped reader or writer is only kept.
func greenWaits(key string, later bool) bool {
	switch key {
	case "Reader", "Writer":
		return !later
	}
	family, ok := arity.Of(key)
	return greenWaiters[key] || ok && family.Waits
}

// greenName writes a function or method of package green or patched for people.
func greenName(fn *types.Func) string {
	if fn.Signature().Recv() != nil {
		return FuncName(fn)
	}
	return Qualified(fn.Name())
}
