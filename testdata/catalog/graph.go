package main

import (
	"cmp"
	"go/constant"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/ssa/ssautil"

	"github.com/greenify-go/greenify/rewrite/rules"
)

// A graph is the calls of the standard library that certainly or conditionally
// happen: static calls and defers, function literals that a callee calls, methods
// of concrete values that a callee calls through an interface parameter. Calls by
// go statements are none: the caller does not wait for them.
type graph struct {
	prog  *ssa.Program
	funcs []*ssa.Function
	links map[string]*ssa.Function // by the name that go:linkname gives, with a body

	flow   *flow
	params map[*ssa.Function]map[int]map[string]bool // what a function calls of its parameters: "" the value, else a method

	edges map[*ssa.Function][]edge
	waits map[*ssa.Function]map[string]wait // by kind, as propagate goes on
	locks map[string]bool                   // lock classes that are held across a wait
}

type edge struct {
	to      *ssa.Function
	at      ssa.Instruction
	dynamic bool // the target is a value that the caller passes
	once    bool // it is passed to sync.Once.Do or sync.OnceFunc
}

// A wait is the first step of the shortest way to one kind of wait.
type wait struct {
	next  *ssa.Function // nil at the end
	kind  string        // of the wait in next
	arrow string        // "->" for a static call, else "=>"
	leaf  string        // what waits, at the end
}

// primitiveLeaf is the leaf of a function that waits by definition.
const primitiveLeaf = "[primitive]"

func newGraph(prog *ssa.Program, pkgs []*packages.Package, symbols []symbol) *graph {
	g := &graph{
		prog: prog, links: map[string]*ssa.Function{}, params: map[*ssa.Function]map[int]map[string]bool{},
		edges: map[*ssa.Function][]edge{}, waits: map[*ssa.Function]map[string]wait{},
		locks: map[string]bool{"syscall.ForkLock": true}, // taken and given back in other functions than the one that forks
	}
	all := ssautil.AllFunctions(prog)
	for _, s := range symbols {
		all[s.f] = true // methods of generic types
	}
	for f := range all {
		if f.Pkg == nil && f.Origin() == nil && f.Synthetic == "" || opaque(path(f)) && !isPrimitive(f) {
			continue
		}
		g.funcs = append(g.funcs, f)
	}
	slices.SortFunc(g.funcs, func(a, b *ssa.Function) int { return cmp.Compare(a.String(), b.String()) })
	g.linknames(pkgs)
	g.flow = newFlow(g, pkgs)
	g.summarize()
	for _, f := range g.funcs {
		g.addEdges(f)
	}
	return g
}

// opaque are packages whose functions are primitives or do not wait.
func opaque(pkg string) bool {
	return pkg == "runtime" || pkg == "crypto/internal/sysrand" /* entropy */ || strings.HasPrefix(pkg, "internal/runtime/") || pkg == "internal/race" || pkg == "unsafe"
}

// path is the import path of the package that a function belongs to.
func path(f *ssa.Function) string {
	for f.Parent() != nil {
		f = f.Parent()
	}
	if f.Origin() != nil {
		f = f.Origin()
	}
	if f.Pkg != nil {
		return f.Pkg.Pkg.Path()
	}
	if obj := f.Object(); obj != nil && obj.Pkg() != nil {
		return obj.Pkg().Path()
	}
	return ""
}

// linknames notes which function another name means: a body pushed to another
// package, or one that a declaration without a body pulls in.
func (g *graph) linknames(pkgs []*packages.Package) {
	byName := map[string]*ssa.Function{}
	for _, f := range g.funcs {
		if f.Parent() == nil && f.Signature.Recv() == nil {
			byName[path(f)+"."+f.Name()] = f
		}
	}
	packages.Visit(pkgs, nil, func(p *packages.Package) {
		for _, file := range p.Syntax {
			for _, group := range file.Comments {
				for _, c := range group.List {
					w := strings.Fields(c.Text)
					if len(w) != 3 || w[0] != "//go:linkname" {
						continue
					}
					local, other := byName[p.PkgPath+"."+w[1]], byName[w[2]]
					switch {
					case local == nil:
					case local.Blocks != nil: // push
						g.links[w[2]] = local
					case other != nil && other.Blocks != nil: // pull
						g.links[p.PkgPath+"."+w[1]] = other
					}
				}
			}
		}
	})
}

// target follows linknames.
func (g *graph) target(f *ssa.Function) *ssa.Function {
	if f.Blocks == nil && f.Parent() == nil && f.Signature.Recv() == nil {
		if to := g.links[path(f)+"."+f.Name()]; to != nil {
			return to
		}
	}
	return f
}

// summarize computes params to a fixpoint.
func (g *graph) summarize() {
	for changed := true; changed; {
		changed = false
		for _, f := range g.funcs {
			g.eachDynamic(f, func(v ssa.Value, u use) {
				for o := range g.flow.origins(v) {
					if o.param == nil || !g.calledBy(f, o.param.Parent()) {
						continue
					}
					owner, i := o.param.Parent(), slices.Index(o.param.Parent().Params, o.param)
					if g.params[owner] == nil {
						g.params[owner] = map[int]map[string]bool{}
					}
					if g.params[owner][i] == nil {
						g.params[owner][i] = map[string]bool{}
					}
					if !g.params[owner][i][u.method] {
						g.params[owner][i][u.method] = true
						changed = true
					}
				}
			})
		}
	}
}

// A use is a call of a value, or of a method of it.
type use struct {
	method string     // "" for the value itself
	as     types.Type // that the value has where it is called
}

// eachDynamic visits the values that a function calls, and those that it passes to
// functions which call them.
func (g *graph) eachDynamic(f *ssa.Function, visit func(v ssa.Value, u use)) {
	g.eachCall(f, func(call *ssa.CallCommon, _ ssa.Instruction) {
		if call.StaticCallee() == nil {
			visit(call.Value, use{invoked(call), call.Value.Type()})
		}
		for _, t := range g.flow.targets(call) {
			g.eachUse(call, t.f, visit)
		}
	})
}

// eachUse visits the arguments of a call that the function called calls, or their
// methods.
func (g *graph) eachUse(call *ssa.CallCommon, to *ssa.Function, visit func(v ssa.Value, u use)) {
	for i, a := range arguments(call, to) {
		for method := range g.params[to][i] {
			if a != nil {
				visit(a, use{method, to.Params[i].Type()})
			}
		}
	}
}

// calledBy reports whether a function is owner or a literal in it that is called
// there, or handed to a function that calls it.
func (g *graph) calledBy(fn, owner *ssa.Function) bool {
	for ; fn != owner; fn = fn.Parent() {
		if fn == nil || fn.Parent() == nil || !g.called(fn) {
			return false
		}
	}
	return true
}

// called reports whether the function in which a literal is made calls it, or hands
// it to one that does.
func (g *graph) called(fn *ssa.Function) bool {
	found := false
	is := func(v ssa.Value) bool { return g.flow.origins(v)[origin{fn: fn}] }
	g.eachCall(fn.Parent(), func(call *ssa.CallCommon, _ ssa.Instruction) {
		if call.StaticCallee() == fn || !call.IsInvoke() && call.StaticCallee() == nil && is(call.Value) {
			found = true
		}
		for _, t := range g.flow.targets(call) {
			g.eachUse(call, t.f, func(v ssa.Value, u use) { found = found || u.method == "" && is(v) })
		}
	})
	return found
}

// eachCall visits the calls and defers of reachable blocks.
func (g *graph) eachCall(f *ssa.Function, visit func(*ssa.CallCommon, ssa.Instruction)) {
	for _, b := range reachable(f) {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Call:
				visit(&instr.Call, instr)
			case *ssa.Defer:
				visit(&instr.Call, instr)
			}
		}
	}
}

// reachable returns the blocks of a function without those behind conditions that
// are constant.
func reachable(f *ssa.Function) []*ssa.BasicBlock {
	if f.Blocks == nil {
		return nil
	}
	seen := make([]bool, len(f.Blocks))
	var list []*ssa.BasicBlock
	var walk func(b *ssa.BasicBlock)
	walk = func(b *ssa.BasicBlock) {
		if seen[b.Index] {
			return
		}
		seen[b.Index] = true
		list = append(list, b)
		succs := b.Succs
		if len(b.Instrs) > 0 {
			if cond, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If); ok {
				if c, ok := cond.Cond.(*ssa.Const); ok && c.Value != nil {
					if constant.BoolVal(c.Value) {
						succs = succs[:1]
					} else {
						succs = succs[1:]
					}
				}
			}
		}
		for _, s := range succs {
			walk(s)
		}
	}
	walk(f.Blocks[0])
	if f.Recover != nil {
		walk(f.Recover)
	}
	return list
}

// addEdges adds the calls of a function.
func (g *graph) addEdges(f *ssa.Function) {
	if _, ok := primitive(f); ok {
		return
	}
	g.eachCall(f, func(call *ssa.CallCommon, at ssa.Instruction) {
		callee := call.StaticCallee()
		once := callee != nil && funcName(callee) == "sync.(*Once).Do"
		add := func(t target, dynamic bool) {
			if !opaque(path(t.f)) || isPrimitive(t.f) {
				g.edges[f] = append(g.edges[f], edge{t.f, at, dynamic, once && dynamic || t.once})
			}
		}
		for _, t := range g.flow.targets(call) {
			add(t, callee == nil)
			g.eachUse(call, t.f, func(v ssa.Value, u use) {
				for _, t := range g.flow.resolve(g.flow.origins(v), u.method) {
					add(t, true)
				}
			})
		}
	})
}

// method is a method of a concrete type; nil if there is none of that name.
func (g *graph) method(t types.Type, name string) *ssa.Function {
	set := g.prog.MethodSets.MethodSet(t)
	for i := range set.Len() {
		if sel := set.At(i); sel.Obj().Name() == name {
			return g.prog.MethodValue(sel)
		}
	}
	return nil
}

// propagate finds for each function the shortest way to each kind of wait. Whether
// a lock is one depends on what is waited for while it is held, so that is done
// until no more locks are found.
func (g *graph) propagate() {
	for {
		g.spread()
		before := len(g.locks)
		for _, f := range g.funcs {
			g.heldLocks(f)
		}
		if len(g.locks) == before {
			return
		}
	}
}

func (g *graph) spread() {
	g.waits = map[*ssa.Function]map[string]wait{}
	type item struct {
		f    *ssa.Function
		kind string
	}
	var queue []item
	set := func(f *ssa.Function, kind string, w wait) {
		if _, ok := g.waits[f][kind]; ok {
			return
		}
		if g.waits[f] == nil {
			g.waits[f] = map[string]wait{}
		}
		g.waits[f][kind] = w
		queue = append(queue, item{f, kind})
	}
	type caller struct {
		f *ssa.Function
		e edge
	}
	callers := map[*ssa.Function][]caller{}
	ends := slices.Clone(g.funcs)
	for _, f := range g.funcs {
		for _, e := range g.edges[f] {
			callers[e.to] = append(callers[e.to], caller{f, e})
			if e.to.Blocks == nil {
				ends = append(ends, e.to)
			}
		}
	}
	for _, f := range ends {
		if p, ok := primitive(f); ok {
			for _, kind := range p {
				set(f, kind, wait{leaf: primitiveLeaf})
			}
			continue
		}
		for _, w := range g.direct(f) {
			set(f, w.kind, wait{leaf: w.leaf})
		}
	}
	for len(queue) > 0 { // breadth first: the shortest way
		it := queue[0]
		queue = queue[1:]
		for _, c := range callers[it.f] {
			for _, kind := range crossing(c.f, c.e, it.kind) {
				arrow := "->"
				if c.e.dynamic {
					arrow = "=>"
				}
				set(c.f, kind, wait{next: it.f, kind: it.kind, arrow: arrow})
			}
		}
	}
}

// chain writes a witness.
func (g *graph) chain(f *ssa.Function, kind string) string {
	var steps []string
	w := g.waits[f][kind]
	for ; w.next != nil; w = g.waits[w.next][w.kind] {
		steps = append(steps, w.arrow, funcName(w.next))
	}
	switch {
	case w.leaf != primitiveLeaf:
		steps = append(steps, "->", w.leaf)
	case steps == nil:
		return primitiveLeaf
	}
	return strings.Join(steps, " ")
}

// funcName is the name of a function as the ground truth has it.
func funcName(f *ssa.Function) string {
	if f.Parent() != nil {
		return f.String()
	}
	if recv := f.Signature.Recv(); recv != nil {
		name := types.TypeString(recv.Type(), func(*types.Package) string { return "" })
		return rules.Symbol(path(f), name, f.Name())
	}
	return path(f) + "." + f.Name()
}

// rows lists the exported functions and methods that wait.
func (g *graph) rows(symbols []symbol) []row {
	var list []row
	for _, s := range symbols {
		r := row{pkg: s.pkg, symbol: s.name, witness: map[string]string{}}
		if _, ok := g.waits[s.f]["anylock"]; ok {
			g.waits[s.f]["lock"] = wait{leaf: primitiveLeaf}
		}
		logs := g.logs(s.f)
		for _, k := range kindOrder {
			if _, ok := g.waits[s.f][k]; ok {
				r.kinds = append(r.kinds, k)
				r.witness[k] = g.chain(s.f, k)
			} else if logs[k] {
				r.kinds = append(r.kinds, k)
				r.witness[k] = "-> [default logger, os.Stderr]"
			}
		}
		if r.kinds != nil {
			list = append(list, r)
		}
	}
	return list
}

// A symbol is an exported function or method.
type symbol struct {
	pkg, name string
	f         *ssa.Function
}

// symbols lists what users can call, in the order of the ground truth.
func symbols(prog *ssa.Program, pkgs []*packages.Package) []symbol {
	var list []symbol
	for _, p := range pkgs {
		if hidden(p.PkgPath) {
			continue
		}
		add := func(name string, f *ssa.Function) {
			if f != nil {
				list = append(list, symbol{p.PkgPath, name, f})
			}
		}
		scope := p.Types.Scope()
		for _, name := range scope.Names() {
			switch obj := scope.Lookup(name).(type) {
			case *types.Func:
				if obj.Exported() {
					add(name, prog.FuncValue(obj))
				}
			case *types.TypeName:
				named, ok := obj.Type().(*types.Named)
				if !ok || !obj.Exported() || obj.IsAlias() || types.IsInterface(named) {
					continue
				}
				value := prog.MethodSets.MethodSet(named)
				pointer := prog.MethodSets.MethodSet(types.NewPointer(named))
				for i := range pointer.Len() {
					sel, recv := pointer.At(i), "(*"+name+")."
					if !sel.Obj().Exported() {
						continue
					}
					if v := value.Lookup(sel.Obj().Pkg(), sel.Obj().Name()); v != nil {
						sel, recv = v, name+"."
					}
					if named.TypeParams().Len() > 0 {
						add(recv+sel.Obj().Name(), prog.FuncValue(sel.Obj().(*types.Func)))
					} else {
						add(recv+sel.Obj().Name(), prog.MethodValue(sel))
					}
				}
			}
		}
	}
	slices.SortFunc(list, func(a, b symbol) int { return cmp.Or(cmp.Compare(a.pkg, b.pkg), cmp.Compare(a.name, b.name)) })
	return list
}

func hidden(pkg string) bool {
	return slices.ContainsFunc(strings.Split(pkg, "/"), func(s string) bool { return s == "internal" || s == "vendor" || s == "cmd" }) ||
		pkg == "main" || pkg == "unsafe"
}
