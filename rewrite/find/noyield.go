package find

import (
	"fmt"
	"go/ast"

	"github.com/greenify-go/greenify/runtime/arity"
)

// noYield reports what waits in a function literal that is given to green.NoYield:
//
//	green.NoYield(func() {
//		n++
//		mu.Lock()
//	})
//
// It panics where it has to wait. Nothing is replaced: what is to be moved out of the literal
// people must say. Function literals inside are left alone: where they run is not known. The
// functions that it calls are not followed.
func (f *finder) noYield() {
	var waits []wait
	for id, call := range f.greenCalls() {
		if id.Name != "NoYield" || len(call.Args) != 1 {
			continue
		}
		lit, ok := ast.Unparen(call.Args[0]).(*ast.FuncLit)
		if !ok {
			continue
		}
		if waits == nil {
			waits = f.waits()
		}
		for _, w := range waits {
			if w.pos < lit.Body.Pos() || lit.Body.End() <= w.pos || w.to == "Poll" || deferred(lit.Body.List, w.pos) {
				continue
			}
			yields := "may yield" // if it has to wait
			family, _ := arity.Of(w.to)
			switch {
			case w.to == "Sleep", w.to == "Yield", w.to == "Offload", w.to == "OffloadPool.Do", family == arity.Call:
				yields = "yields"
			}
			f.add(&Site{
				Pos: w.pos, End: w.end, Kind: NoYield, Group: "thread", What: "green.NoYield",
				Message: fmt.Sprintf("%s %s inside green.NoYield, which then panics: do it before or behind", w.what, yields),
			})
		}
	}
}
