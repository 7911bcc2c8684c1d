package find

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"github.com/greenify-go/greenify/rewrite/rules"
	"golang.org/x/tools/go/types/typeutil"
)

// keeps finds the parameters that functions keep, or call in another goroutine.
//
// It follows a parameter through the variables, literals and fields of one function, in no
// order: all that a variable is ever set to it may be. A parameter is kept if it is stored
// where it outlives the call, sent, returned, given to a go statement, caught by a function
// literal that is, or passed on to a parameter that is kept. What is called through a
// function value or an interface keeps all. Only what can carry code counts.
func (c *factFinder) keeps() {
	for more := true; more; {
		more = false
		for _, b := range c.bodies {
			fact := c.facts[b.fn]
			k := newKeeper(c, b)
			if kept := k.run(); kept&^fact.Keeps != 0 {
				fact.Keeps |= kept
				c.facts[b.fn] = fact
				more = true
			}
		}
	}
}

// A keeper looks at one function.
type keeper struct {
	*factFinder
	body    *ast.BlockStmt
	vars    map[*types.Var]uint64 // which parameters a variable may be, or carry
	shared  map[*types.Var]bool   // a local variable that may be part of something older
	results map[*types.Var]bool
	kept    uint64
	more    bool
}

func newKeeper(c *factFinder, b *body) *keeper {
	k := &keeper{factFinder: c, body: b.decl.Body, vars: map[*types.Var]uint64{}, shared: map[*types.Var]bool{}, results: map[*types.Var]bool{}}
	sig := b.fn.Signature()
	if v := sig.Recv(); v != nil {
		k.shared[v] = true
		k.vars[v] = 1
	}
	i := 0
	for v := range sig.Params().Variables() {
		k.shared[v] = true
		if carries(v.Type(), nil) {
			k.vars[v] = paramBit(i)
		}
		i++
	}
	for v := range sig.Results().Variables() {
		k.results[v] = true
	}
	return k
}

func (k *keeper) run() uint64 {
	for k.more = true; k.more; {
		k.more = false
		before := k.kept
		ast.Inspect(k.body, k.visit)
		k.more = k.more || k.kept != before
	}
	return k.kept
}

func (k *keeper) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.AssignStmt:
		for i, l := range n.Lhs {
			switch {
			case len(n.Lhs) == len(n.Rhs):
				k.assign(l, n.Rhs[i])
			case i == 0:
				k.assign(l, n.Rhs[0])
			}
		}
	case *ast.ValueSpec:
		for i, l := range n.Names {
			if i < len(n.Values) {
				k.assign(l, n.Values[i])
			}
		}
	case *ast.RangeStmt:
		for _, l := range []ast.Expr{n.Key, n.Value} {
			if l != nil {
				k.assign(l, n.X)
			}
		}
	case *ast.SendStmt:
		k.kept |= k.bits(n.Value)
	case *ast.ReturnStmt:
		for _, x := range n.Results {
			k.kept |= k.bits(x)
		}
	case *ast.GoStmt:
		k.kept |= k.bits(n.Call.Fun)
		for _, x := range n.Call.Args {
			k.kept |= k.bits(x)
		}
	case *ast.CallExpr:
		k.call(n)
	}
	return true
}

// assign sets a variable, or what a variable leads to.
func (k *keeper) assign(l, r ast.Expr) {
	bits := k.bits(r)
	id, ok := ast.Unparen(l).(*ast.Ident)
	if ok {
		v, _ := k.object(id).(*types.Var)
		switch {
		case v == nil:
		case v.Parent() == k.Pkg.Scope() || k.results[v]:
			k.kept |= bits
		default:
			if !k.fresh(r) && !k.shared[v] {
				k.shared[v], k.more = true, true
			}
			k.add(v, bits)
		}
		return
	}
	if bits == 0 {
		return
	}
	v := k.root(l)
	if v == nil || k.shared[v] || v.Parent() == k.Pkg.Scope() {
		k.kept |= bits
		return
	}
	k.add(v, bits)
}

func (k *keeper) add(v *types.Var, bits uint64) {
	if k.vars[v]|bits != k.vars[v] {
		k.vars[v] |= bits
		k.more = true
	}
}

func (k *keeper) object(id *ast.Ident) types.Object {
	if obj := k.Info.Defs[id]; obj != nil {
		return obj
	}
	return k.Info.Uses[id]
}

// root is the variable that a field or element belongs to.
func (k *keeper) root(x ast.Expr) *types.Var {
	switch x := ast.Unparen(x).(type) {
	case *ast.Ident:
		v, _ := k.object(x).(*types.Var)
		return v
	case *ast.SelectorExpr:
		return k.root(x.X)
	case *ast.IndexExpr:
		return k.root(x.X)
	case *ast.StarExpr:
		return k.root(x.X)
	case *ast.SliceExpr:
		return k.root(x.X)
	}
	return nil
}

// fresh reports whether x makes a value that nothing else leads to, or one that leads
// nowhere.
func (k *keeper) fresh(x ast.Expr) bool {
	switch t := k.Info.TypeOf(x); {
	case t == nil:
		return false
	default:
		switch t.Underlying().(type) {
		case *types.Basic, *types.Struct, *types.Array, *types.Signature:
			return true
		}
	}
	switch x := ast.Unparen(x).(type) {
	case *ast.CompositeLit:
		return true
	case *ast.UnaryExpr:
		_, lit := ast.Unparen(x.X).(*ast.CompositeLit)
		return x.Op == token.AND && lit
	case *ast.CallExpr:
		id, ok := ast.Unparen(x.Fun).(*ast.Ident)
		if !ok {
			return false
		}
		_, builtin := k.Info.Uses[id].(*types.Builtin)
		return builtin && (id.Name == "make" || id.Name == "new" || id.Name == "append" && k.fresh(x.Args[0]))
	case *ast.Ident:
		v, ok := k.Info.Uses[x].(*types.Var)
		return k.Info.Types[x].IsNil() || ok && !k.shared[v] && v.Parent() != k.Pkg.Scope()
	}
	return false
}

// bits returns the parameters that x may be, or carry.
func (k *keeper) bits(x ast.Expr) uint64 {
	if x == nil {
		return 0
	}
	if t := k.Info.TypeOf(x); t == nil || !carries(t, nil) {
		return 0
	}
	switch x := ast.Unparen(x).(type) {
	case *ast.Ident:
		v, _ := k.object(x).(*types.Var)
		return k.vars[v]
	case *ast.StarExpr:
		return k.bits(x.X)
	case *ast.UnaryExpr:
		return k.bits(x.X)
	case *ast.TypeAssertExpr:
		return k.bits(x.X)
	case *ast.SliceExpr:
		return k.bits(x.X)
	case *ast.IndexExpr:
		return k.bits(x.X)
	case *ast.SelectorExpr:
		if k.Info.Selections[x] != nil {
			return k.bits(x.X)
		}
	case *ast.CompositeLit:
		var all uint64
		for _, e := range x.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				if _, isMap := k.Info.TypeOf(x).Underlying().(*types.Map); isMap {
					all |= k.bits(kv.Key)
				}
				e = kv.Value
			}
			all |= k.bits(e)
		}
		return all
	case *ast.FuncLit:
		var all uint64
		ast.Inspect(x.Body, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				if v, ok := k.Info.Uses[id].(*types.Var); ok && (carries(v.Type(), nil)) {
					all |= k.vars[v]
				}
			}
			return true
		})
		return all
	case *ast.CallExpr:
		if k.Info.Types[x.Fun].IsType() && len(x.Args) == 1 {
			return k.bits(x.Args[0])
		}
		if id, ok := ast.Unparen(x.Fun).(*ast.Ident); ok {
			if _, builtin := k.Info.Uses[id].(*types.Builtin); builtin && id.Name == "append" {
				var all uint64
				for _, a := range x.Args {
					all |= k.bits(a)
				}
				return all
			}
		}
		if _, param := types.Unalias(k.Info.TypeOf(x)).(*types.TypeParam); !param && typeutil.StaticCallee(k.Info, x) == nil {
			return k.bits(x.Fun) // what it makes is code of the same package
		}
	}
	return 0
}

// call passes parameters on.
func (k *keeper) call(n *ast.CallExpr) {
	tv := k.Info.Types[n.Fun]
	if tv.IsType() {
		return
	}
	if tv.IsBuiltin() {
		if id, ok := ast.Unparen(n.Fun).(*ast.Ident); ok && id.Name == "copy" && len(n.Args) == 2 {
			k.kept |= k.bits(n.Args[1])
		}
		return
	}
	sig, ok := tv.Type.Underlying().(*types.Signature)
	if !ok {
		return
	}
	if lit, ok := ast.Unparen(n.Fun).(*ast.FuncLit); ok {
		sig := k.Info.TypeOf(lit).(*types.Signature)
		for i, x := range n.Args {
			if sig.Params().Len() > 0 {
				k.add(sig.Params().At(min(i, sig.Params().Len()-1)), k.bits(x))
			}
		}
		return
	}
	fact := Fact{Keeps: keepsAll &^ 1}
	var fn *types.Func
	if callee := typeutil.StaticCallee(k.Info, n); callee != nil {
		fn = callee.Origin()
		switch {
		case fn.Pkg() == k.Pkg:
			fact = k.facts[fn]
		case fn.Pkg() == nil:
		case Runtime(fn.Pkg().Path()):
			fact = Fact{}
		case rules.Std(fn.Pkg().Path()):
			fact = stdFact(fn)
		default:
			if f, ok := k.known(fn); ok {
				fact = f
			}
		}
	}
	for i, x := range n.Args {
		if fact.KeepsParam(min(i, max(sig.Params().Len()-1, 0))) {
			k.kept |= k.bits(x)
		}
	}
	if sel, ok := ast.Unparen(n.Fun).(*ast.SelectorExpr); ok && fact.Keeps&1 != 0 {
		if s := k.Info.Selections[sel]; s != nil && s.Kind() == types.MethodVal {
			k.kept |= k.bits(sel.X)
		}
	}
}

// stdFact says what a function of the standard library keeps: what a rule says is called in
// another goroutine, and what it takes as a value of any type, to store it. A reader, writer
// or the like is kept by what makes something of it.
func stdFact(fn *types.Func) Fact {
	s := symbol{pkg: fn.Pkg().Path(), name: fn.Name()}
	sig := fn.Signature()
	if recv := sig.Recv(); recv != nil {
		s.recv = typeName(recv.Type())
	}
	r, ok := ruleIndex().rules[s]
	var fact Fact
	switch {
	case ok && (r.Calls || strings.HasPrefix(r.With, "Once") || strings.HasPrefix(r.With, "Pull") || r.Starts()):
		return Fact{Keeps: keepsAll &^ 1}
	case ok && r.Act == rules.Enter:
		fact.Keeps = paramBit(r.Arg)
	}
	switch s.pkg {
	case "fmt", "errors", "log", "strings", "bytes", "sort", "slices", "maps", "strconv", "encoding/json", "encoding/xml", "testing", "runtime/debug":
		return fact
	}
	i := 0
	for v := range sig.Params().Variables() {
		t := v.Type()
		if sig.Variadic() && i == sig.Params().Len()-1 {
			t = t.(*types.Slice).Elem()
		}
		_, param := types.Unalias(t).(*types.TypeParam)
		switch {
		case takesAny(t) || param, types.IsInterface(t) && strings.HasPrefix(fn.Name(), "New"):
			fact.Keeps |= paramBit(i)
		case !types.IsInterface(t) && !isFunc(t) && carries(t, nil):
			fact.Keeps |= paramBit(i)
		}
		i++
	}
	return fact
}
