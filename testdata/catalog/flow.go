package main

import (
	"go/types"
	"maps"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/types/typeutil"
)

// A flow is what std itself puts into its variables: for each field of a struct
// type, global variable, container and result of a function the functions and
// concrete types that std stores there. The question is answered per field, not
// per object. What a user of std passes to an exported function stays open, also
// where std is that user: bufio.Writer is not a network connection because
// net/http makes some of them over one.
type flow struct {
	g       *graph
	types   typeutil.Map // makes types comparable
	kept    map[any]map[origin]bool
	changed bool
	settled bool // what is known is complete: what else there is, is open

	implementing map[*types.Named]map[origin]bool // std's types, by interface
	owner        map[*types.Var]*types.TypeName   // struct types, by field
	assigned     map[*ssa.Global]bool             // other than by their declarations
}

// An origin is one of: a function, a concrete type in an interface, a parameter
// of the function in which the value is, or of one around that; or it is open.
type origin struct {
	fn    *ssa.Function
	once  bool // fn runs at the first call only: sync.OnceFunc and its like
	typ   types.Type
	param *ssa.Parameter
	open  string // where a value is from that a user may give: its name if it is a function
}

// open is the origin of values that a user may give, in kept.
var open = origin{open: "?"}

// The keys of kept are *types.Var for a field, *ssa.Global, *ssa.Parameter,
// *ssa.FreeVar in the wrapper of a method value, the instruction that makes a
// container, result, and *ssa.CallCommon for the value that a dynamic call calls.
type result struct {
	f *ssa.Function
	i int
}

func newFlow(g *graph, pkgs []*packages.Package) *flow {
	fl := &flow{
		g: g, kept: map[any]map[origin]bool{}, implementing: map[*types.Named]map[origin]bool{},
		owner: map[*types.Var]*types.TypeName{}, assigned: map[*ssa.Global]bool{},
	}
	packages.Visit(pkgs, nil, func(p *packages.Package) {
		for _, name := range p.Types.Scope().Names() {
			obj, ok := p.Types.Scope().Lookup(name).(*types.TypeName)
			if !ok || obj.IsAlias() {
				continue
			}
			if st, ok := obj.Type().Underlying().(*types.Struct); ok {
				for field := range st.Fields() {
					fl.owner[field] = obj
				}
			}
		}
	})
	for range 2 {
		for fl.changed = true; fl.changed; {
			fl.changed = false
			for _, f := range g.funcs {
				fl.scan(f)
			}
		}
		fl.settled = true
	}
	return fl
}

// scan adds what the statements of f store.
func (fl *flow) scan(f *ssa.Function) {
	for _, b := range reachable(f) {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Store:
				if v, ok := instr.Addr.(*ssa.Global); ok && f.Synthetic == "" {
					fl.assigned[v] = true
				}
				fl.store(f, instr.Addr, instr.Val)
			case *ssa.MapUpdate:
				fl.store(f, instr.Map, instr.Value)
			case *ssa.Return:
				for i, v := range instr.Results {
					fl.add(result{f, i}, fl.known(fl.origins(v), f))
				}
			case *ssa.MakeClosure:
				if fn := instr.Fn.(*ssa.Function); fn.Parent() == nil { // a method value
					for i, v := range instr.Bindings {
						fl.add(fn.FreeVars[i], fl.known(fl.origins(v), nil))
					}
				}
			case ssa.CallInstruction:
				fl.call(f, instr.Common())
			}
		}
	}
}

// call adds what a call calls, and what it passes to parameters.
func (fl *flow) call(f *ssa.Function, call *ssa.CallCommon) {
	if call.StaticCallee() == nil {
		fl.add(call, fl.origins(call.Value))
	}
	for _, t := range slices.Concat(fl.targets(call), fl.passed(call)) {
		if api(t.f) {
			continue
		}
		for i, a := range arguments(call, t.f) {
			switch {
			case a == nil:
			case tests(path(f)) && path(t.f) != path(f):
				fl.add(t.f.Params[i], map[origin]bool{open: true})
			default:
				fl.add(t.f.Params[i], fl.known(fl.origins(a), nil))
			}
		}
	}
}

// arguments are those of a call by the parameters of the function that is called;
// nil for the receiver of an interface method.
func arguments(call *ssa.CallCommon, to *ssa.Function) []ssa.Value {
	args := call.Args
	if call.IsInvoke() {
		args = append([]ssa.Value{nil}, args...)
	}
	return args[:min(len(args), len(to.Params))]
}

// store adds the origins of v to the places that an address or container means.
func (fl *flow) store(f *ssa.Function, to, v ssa.Value) {
	switch to.(type) {
	case *ssa.Alloc, *ssa.FreeVar:
		return // see eachStore
	}
	if !carries(v.Type()) {
		return
	}
	fl.walk(to, func(place any) {
		if field, ok := place.(*types.Var); !ok || within(path(f), field.Pkg().Path()) {
			fl.add(place, fl.known(fl.origins(v), nil))
		}
	}, func(origin) {})
}

// within reports whether a package is the other or belongs to it. Others store in
// its fields as any user does.
func within(pkg, of string) bool {
	return pkg == of || strings.HasPrefix(pkg, of+"/") && !tests(pkg)
}

// tests reports whether a package is for tests only: it uses std as they do.
func tests(pkg string) bool {
	return pkg == "testing" || strings.HasPrefix(pkg, "testing/") || pkg == "net/http/httptest"
}

func (fl *flow) add(place any, origins map[origin]bool) {
	for o := range origins {
		if o.open != "" {
			o = open
		}
		if fl.kept[place] == nil {
			fl.kept[place] = map[origin]bool{}
		}
		if !fl.kept[place][o] {
			fl.kept[place][o] = true
			fl.changed = true
		}
	}
}

// known puts what std passes for parameters, but those of f.
func (fl *flow) known(origins map[origin]bool, f *ssa.Function) map[origin]bool {
	set := map[origin]bool{}
	for o := range origins {
		if o.param == nil || o.param.Parent() == f {
			set[o] = true
		} else if api(o.param.Parent()) {
			set[open] = true
		} else {
			maps.Copy(set, fl.kept[o.param])
		}
	}
	return set
}

// A target is a function that is called; once if only the first call does.
type target struct {
	f    *ssa.Function
	once bool
}

// targets are the functions that a call may call, as far as they are known; not
// those that are passed to the function in which the call is.
func (fl *flow) targets(call *ssa.CallCommon) []target {
	if callee := call.StaticCallee(); callee != nil {
		return []target{{f: fl.g.target(callee)}}
	}
	return fl.resolve(fl.kept[call], invoked(call))
}

// passed are the functions that a call may call because std passes them, or
// values with such a method, to the function in which the call is.
func (fl *flow) passed(call *ssa.CallCommon) []target {
	set := map[origin]bool{}
	for o := range fl.kept[call] {
		maps.Copy(set, fl.kept[o.param])
	}
	return fl.resolve(set, invoked(call))
}

// implementations are the methods of std's own types that an interface call may
// call on a value of the caller. That is asked for what calls return, and only if
// that is a connection or such a value again, or the interface is std's alone:
// net/http's server asks a net.Conn that it accepted whether it is a *tls.Conn.
func (fl *flow) implementations(call *ssa.CallCommon) []target {
	if !call.IsInvoke() {
		return nil
	}
	n, ok := types.Unalias(call.Value.Type()).(*types.Named)
	if !ok || n.Obj().Pkg() == nil || n.Obj().Exported() && !connects(call.Signature(), n) {
		return nil
	}
	if fl.implementing[n] == nil {
		set := map[origin]bool{}
		for _, t := range fl.g.prog.RuntimeTypes() {
			if !types.IsInterface(t) && types.Implements(t, n.Underlying().(*types.Interface)) {
				set[origin{typ: fl.canonical(t)}] = true
			}
		}
		fl.implementing[n] = set
	}
	return fl.resolve(fl.implementing[n], call.Method.Name())
}

// connects reports whether a call of a method of n returns a connection or an n.
func connects(sig *types.Signature, n *types.Named) bool {
	name := ""
	if sig.Results().Len() > 0 {
		name = types.TypeString(sig.Results().At(0).Type(), nil)
	}
	return name == n.String() || name == "net.Conn" || name == "syscall.RawConn"
}

// invoked is what a dynamic call calls of its value: a method, or "" for itself.
func invoked(call *ssa.CallCommon) string {
	if call.IsInvoke() {
		return call.Method.Name()
	}
	return ""
}

// resolve finds the functions that are called by calling values of these origins,
// or their method.
func (fl *flow) resolve(origins map[origin]bool, method string) []target {
	var list []target
	for o := range origins {
		switch {
		case o.fn != nil && method == "":
			list = append(list, target{fl.g.target(o.fn), o.once})
		case o.typ != nil && method != "":
			if m := fl.g.method(o.typ, method); m != nil {
				list = append(list, target{f: m})
			}
		}
	}
	slices.SortFunc(list, func(a, b target) int { return strings.Compare(a.f.String(), b.f.String()) })
	return list
}

// opens reports whether a call may call more than what is known.
func (fl *flow) opens(call *ssa.CallCommon, known []target) bool {
	return fl.settled && (len(known) == 0 || fl.known(fl.kept[call], nil)[open] && len(fl.implementations(call)) == 0)
}

// origins are the origins of a value.
func (fl *flow) origins(v ssa.Value) map[origin]bool {
	set := map[origin]bool{}
	if carries(v.Type()) {
		fl.walk(v, func(place any) {
			for o := range fl.kept[place] {
				if o != open {
					set[o] = true
				}
			}
			if _, ok := place.(*ssa.Parameter); !ok && (fl.kept[place][open] || fl.public(place)) {
				set[origin{open: fl.placeName(place)}] = true
			}
		}, func(o origin) { set[o] = true })
	}
	return set
}

// public reports whether a user can store in a field or variable. An embedded
// interface is whatever its struct was made with.
func (fl *flow) public(place any) bool {
	switch p := place.(type) {
	case *types.Var:
		return p.Exported() && !hidden(p.Pkg().Path()) && (p.Embedded() || fl.owner[p] != nil && fl.owner[p].Exported())
	case *ssa.Global:
		return fl.assigned[p] && p.Object() != nil && p.Object().Exported() && !hidden(p.Pkg.Pkg.Path())
	}
	return false
}

// walk follows a value to the places where it was kept, and to its origins. A map,
// slice or array is one with its elements.
func (fl *flow) walk(v ssa.Value, place func(any), found func(origin)) {
	seen := map[ssa.Value]bool{}
	var walk func(v ssa.Value)
	returned := func(call *ssa.CallCommon, i int) {
		if callee := call.StaticCallee(); callee != nil && strings.HasPrefix(funcName(callee), "sync.Once") { // OnceFunc, OnceValue, OnceValues
			for o := range fl.origins(call.Args[0]) {
				o.once = o.fn != nil
				found(o)
			}
			return
		}
		targets := slices.Concat(fl.targets(call), fl.passed(call), fl.implementations(call))
		if fl.opens(call, targets) {
			found(origin{open: "result of " + calleeName(call)})
		}
		for _, t := range targets {
			if t.f.Blocks == nil {
				found(origin{open: "result of " + funcName(t.f)})
			}
			args := arguments(call, t.f)
			for o := range fl.kept[result{t.f, i}] {
				if o.param == nil {
					if o == open {
						o.open = "result of " + funcName(t.f)
					}
					found(o)
					continue
				}
				place(o.param) // all that std passes; nothing for an exported function
				if i := slices.Index(t.f.Params, o.param); i >= 0 && i < len(args) && args[i] != nil {
					walk(args[i])
				}
			}
		}
	}
	walk = func(v ssa.Value) {
		if seen[v] {
			return
		}
		seen[v] = true
		switch v := v.(type) {
		case *ssa.Phi:
			for _, e := range v.Edges {
				walk(e)
			}
		case *ssa.ChangeType:
			if _, ok := types.Unalias(v.X.Type()).(*types.TypeParam); ok {
				found(open)
			}
			walk(v.X)
		case *ssa.ChangeInterface:
			walk(v.X)
		case *ssa.TypeAssert:
			i, ok := v.AssertedType.Underlying().(*types.Interface)
			if !ok {
				walk(v.X)
				break
			}
			for o := range fl.origins(v.X) {
				if o.typ == nil || types.Implements(o.typ, i) {
					found(o)
				}
			}
		case *ssa.Extract:
			if call, ok := v.Tuple.(*ssa.Call); ok {
				returned(&call.Call, v.Index)
			} else {
				walk(v.Tuple)
			}
		case *ssa.Call:
			returned(&v.Call, 0)
		case *ssa.UnOp: // a load
			walk(v.X)
		case *ssa.Index:
			walk(v.X)
		case *ssa.IndexAddr:
			walk(v.X)
		case *ssa.Lookup:
			walk(v.X)
		case *ssa.Slice:
			walk(v.X)
		case *ssa.Range:
			walk(v.X)
		case *ssa.Next:
			walk(v.Iter)
		case *ssa.Field:
			place(field(v.X.Type(), v.Field))
		case *ssa.FieldAddr:
			place(field(v.X.Type().Underlying().(*types.Pointer).Elem(), v.Field))
		case *ssa.MakeMap, *ssa.MakeSlice, *ssa.Global:
			place(v)
		case *ssa.Alloc:
			eachStore(v, walk)
		case *ssa.FreeVar:
			place(v)
			eachBinding(v, walk)
		case *ssa.MakeClosure:
			found(origin{fn: v.Fn.(*ssa.Function)})
		case *ssa.Function:
			found(origin{fn: v})
		case *ssa.Parameter:
			found(origin{param: v})
		case *ssa.Convert: // of an unsafe.Pointer
			found(open)
		case *ssa.MakeInterface:
			found(origin{typ: fl.canonical(v.X.Type())})
		}
	}
	walk(v)
}

// eachBinding visits what a literal captures, where it is made.
func eachBinding(v *ssa.FreeVar, visit func(ssa.Value)) {
	fn := v.Parent()
	if fn.Parent() == nil {
		return // the wrapper of a method value
	}
	for _, b := range fn.Parent().Blocks {
		for _, instr := range b.Instrs {
			if m, ok := instr.(*ssa.MakeClosure); ok && m.Fn == fn {
				visit(m.Bindings[slices.Index(fn.FreeVars, v)])
			}
		}
	}
}

// eachStore visits what is stored in a variable, also by literals that capture it.
func eachStore(addr ssa.Value, visit func(ssa.Value)) {
	for _, r := range *addr.Referrers() {
		switch r := r.(type) {
		case *ssa.Store:
			if r.Addr == addr {
				visit(r.Val)
			}
		case *ssa.IndexAddr: // an array
			eachStore(r, visit)
		case *ssa.MakeClosure:
			for i, b := range r.Bindings {
				if b == addr {
					eachStore(r.Fn.(*ssa.Function).FreeVars[i], visit)
				}
			}
		}
	}
}

// field is the place for a field of a struct type.
func field(t types.Type, i int) any {
	return t.Underlying().(*types.Struct).Field(i).Origin()
}

func (fl *flow) canonical(t types.Type) types.Type {
	if c := fl.types.At(t); c != nil {
		return c.(types.Type)
	}
	fl.types.Set(t, t)
	return t
}

// carries reports whether values of a type are functions or interfaces that can be
// called, or containers of such.
func carries(t types.Type) bool {
	for !convention(t) {
		switch u := t.Underlying().(type) {
		case *types.Interface, *types.Signature:
			return true
		case *types.Slice:
			t = u.Elem()
		case *types.Array:
			t = u.Elem()
		case *types.Map:
			t = u.Elem()
		case *types.Pointer:
			t = u.Elem()
			if _, ok := t.Underlying().(*types.Struct); ok {
				return false
			}
		default:
			return false
		}
	}
	return false
}

// api reports whether users of std can call a function.
func api(f *ssa.Function) bool {
	if f.Parent() != nil || f.Object() == nil || !f.Object().Exported() || hidden(path(f)) {
		return false
	}
	recv := f.Signature.Recv()
	if recv == nil {
		return true
	}
	t := types.Unalias(recv.Type())
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	n, ok := t.(*types.Named)
	return ok && n.Obj().Exported()
}
