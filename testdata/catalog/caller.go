package main

import (
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// callers lists the exported functions and methods that wait only if a value of
// their caller does, with the calls through which they do: io.Reader.Read, func param
// f of strings.Map. waiting are the rows of those that wait by themselves.
func (g *graph) callers(symbols []symbol, waiting []row) []row {
	needs := g.needs()
	var list []row
	for _, s := range symbols {
		if slices.ContainsFunc(waiting, func(r row) bool { return r.pkg == s.pkg && r.symbol == s.name }) {
			continue
		}
		set := map[string]bool{}
		for n := range needs[s.f] {
			set[n] = true
		}
		for i, uses := range g.params[s.f] {
			for method := range uses {
				set[useName(s.f.Params[i], s.pkg+"."+s.name, method)] = true
			}
		}
		if funcName(s.f) == "runtime.Goexit" {
			set["func deferred by the caller"] = true
		}
		r := row{pkg: s.pkg, symbol: s.name}
		for n := range set {
			if !byConvention(n) {
				r.kinds = append(r.kinds, n)
			}
		}
		if r.kinds != nil {
			slices.Sort(r.kinds)
			list = append(list, r)
		}
	}
	return list
}

// needs finds for each function the calls of values that are open, by itself or a
// function that it calls. Those of its own parameters are in params.
func (g *graph) needs() map[*ssa.Function]map[string]bool {
	needs := map[*ssa.Function]map[string]bool{}
	type item struct {
		f    *ssa.Function
		need string
	}
	var queue []item
	add := func(f *ssa.Function, need string) {
		if needs[f] == nil {
			needs[f] = map[string]bool{}
		}
		if !needs[f][need] {
			needs[f][need] = true
			queue = append(queue, item{f, need})
		}
	}
	callers := map[*ssa.Function][]*ssa.Function{}
	for _, f := range g.funcs {
		g.openCalls(f, func(need string) { add(f, need) })
		for _, e := range g.edges[f] {
			if funcName(e.to) != "sync.(*Pool).Get" { // std's pools are std's own
				callers[e.to] = append(callers[e.to], f)
			}
		}
	}
	for len(queue) > 0 {
		it := queue[0]
		queue = queue[1:]
		for _, c := range callers[it.f] {
			add(c, it.need)
		}
	}
	return needs
}

// openCalls visits the open calls that a function makes itself.
func (g *graph) openCalls(f *ssa.Function, visit func(need string)) {
	if funcName(f) == "reflect.Value.call" {
		visit("func called by reflection")
	}
	g.eachDynamic(f, func(v ssa.Value, u use) {
		for o := range g.flow.origins(v) {
			switch {
			case o.param != nil:
				// A literal that outlives the function whose parameter it captures.
				if owner := o.param.Parent(); !g.calledBy(f, owner) && g.flow.known(map[origin]bool{o: true}, nil)[open] {
					visit(useName(o.param, funcName(owner), u.method))
				}
			case o.open != "" && u.method == "":
				visit("func " + o.open)
			case o.open != "":
				visit(interfaceName(u.as) + "." + u.method)
			}
		}
	})
	g.eachCall(f, func(call *ssa.CallCommon, _ ssa.Instruction) {
		for _, t := range g.flow.targets(call) {
			if call.IsInvoke() && g.params[t.f][0][""] { // a receiver that is a function: http.HandlerFunc
				visit(useName(t.f.Params[0], funcName(t.f), ""))
			}
			if !api(t.f) {
				continue
			}
			g.eachUse(call, t.f, func(v ssa.Value, u use) { // a literal for an exported function: what it is passed is open
				if u.method != "" {
					return
				}
				for _, t := range g.flow.resolve(g.flow.origins(v), "") {
					for i, uses := range g.params[t.f] {
						for method := range uses {
							if method != "" {
								visit(useName(t.f.Params[i], "", method))
							}
						}
					}
				}
			})
		}
	})
}

// useName is what needs call a use of a parameter of a function.
func useName(p *ssa.Parameter, of, method string) string {
	if method == "" {
		of, _, _ = strings.Cut(of, "[") // an instance is the function: a list of needs has commas between them
		return "func param " + p.Name() + " of " + of
	}
	return interfaceName(p.Type()) + "." + method
}

// interfaceName names an interface, one without a name by its methods.
func interfaceName(t types.Type) string {
	if n, ok := types.Unalias(t).(*types.Named); ok {
		if n.Obj().Pkg() == nil {
			return n.Obj().Name()
		}
		return n.Obj().Pkg().Path() + "." + n.Obj().Name()
	}
	var methods []string
	if i, ok := t.Underlying().(*types.Interface); ok {
		for m := range i.Methods() {
			methods = append(methods, m.Name())
		}
	}
	return "interface{" + strings.Join(methods, ",") + "}"
}

// placeName names a place if a function is kept there.
func (fl *flow) placeName(place any) string {
	switch p := place.(type) {
	case *types.Var:
		if owner := fl.owner[p]; owner != nil {
			return owner.Pkg().Path() + "." + owner.Name() + "." + p.Name()
		}
		return p.Pkg().Path() + "." + p.Name()
	case *ssa.Global:
		return "var " + p.Pkg.Pkg.Path() + "." + p.Name()
	}
	return open.open
}

// calleeName names what a dynamic call calls.
func calleeName(call *ssa.CallCommon) string {
	if call.IsInvoke() {
		return interfaceName(call.Value.Type()) + "." + call.Method.Name()
	}
	return "func"
}
