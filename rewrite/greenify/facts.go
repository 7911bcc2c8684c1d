package greenify

import (
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/types/typeutil"

	"github.com/greenify-go/greenify/rewrite/find"
)

// FactsAnalyzer reports calls of functions in other packages that may block. It
// is not part of the default: drivers have to analyze dependencies for it.
var FactsAnalyzer = &analysis.Analyzer{
	Name:      "greenifyfacts",
	Doc:       doc("greenifyfacts"),
	URL:       Analyzer.URL,
	Run:       runFacts,
	FactTypes: []analysis.Fact{new(mayBlock)},
}

// mayBlock says that a function may block the hub. Through is the chain of
// calls, ending with what waits.
type mayBlock struct{ Through []string }

func (*mayBlock) AFact() {}

func (b *mayBlock) String() string { return "may block, through " + strings.Join(b.Through, ", ") }

// A body is a function declared in the package, and what it does itself.
type body struct {
	fn    *types.Func
	calls []*ast.CallExpr // of declared functions, in source order
	chain []string
}

func runFacts(pass *analysis.Pass) (any, error) {
	if standard(pass.Pkg.Path()) || pass.Pkg.Path() == find.GreenPath {
		return nil, nil
	}
	var bodies []*body
	for _, file := range search(pass, nil) {
		for _, d := range file.Syntax.Decls {
			if d, ok := d.(*ast.FuncDecl); ok && d.Body != nil {
				if fn, ok := pass.TypesInfo.Defs[d.Name].(*types.Func); ok {
					bodies = append(bodies, newBody(pass, file, d, fn))
				}
			}
		}
	}
	// Each round makes chains one call longer, so that every function gets a
	// shortest one, and the first in the source among those.
	known := map[*types.Func][]string{}
	for _, b := range bodies {
		if b.chain != nil {
			known[b.fn] = b.chain
		}
	}
	for more := true; more; {
		more = false
		next := map[*types.Func][]string{}
		for _, b := range bodies {
			if known[b.fn] != nil {
				continue
			}
			for _, call := range b.calls {
				callee := typeutil.StaticCallee(pass.TypesInfo, call).Origin()
				if chain := known[callee]; chain != nil {
					next[b.fn] = append([]string{name(callee)}, chain...)
					break
				}
			}
		}
		for fn, chain := range next {
			known[fn], more = chain, true
		}
	}
	for _, b := range bodies {
		if chain := known[b.fn]; chain != nil {
			pass.ExportObjectFact(b.fn, &mayBlock{chain})
		}
	}
	return nil, nil
}

// newBody looks at one function: at what waits in it, and at what it calls. It
// reports calls of functions of other packages that may block. Function
// literals and go statements run at another time or in another thread.
func newBody(pass *analysis.Pass, file *find.File, d *ast.FuncDecl, fn *types.Func) *body {
	b := &body{fn: fn}
	waits := map[ast.Node]*find.Site{}
	for _, s := range file.Sites {
		if s.Shape != nil && s.What != "go statement" && s.To != "green.WaitGo" && !strings.HasPrefix(s.To, "green.Try") && (s.Kind == find.Yield || s.Kind == find.Offload) {
			waits[s.Shape.Node] = s
		}
	}
	ast.Inspect(d.Body, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.FuncLit, *ast.GoStmt:
			return false
		}
		if s := waits[n]; s != nil && b.chain == nil {
			b.chain = []string{s.What}
		}
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		callee := typeutil.StaticCallee(pass.TypesInfo, call)
		if callee == nil {
			return true
		}
		callee = callee.Origin()
		b.calls = append(b.calls, call)
		var fact mayBlock
		if callee.Pkg() != pass.Pkg && pass.ImportObjectFact(callee, &fact) {
			if b.chain == nil {
				b.chain = append([]string{name(callee)}, fact.Through...)
			}
			pass.Report(analysis.Diagnostic{
				Pos: call.Pos(), End: call.End(), Category: "calls",
				Message: name(callee) + " may block the hub, through " + strings.Join(fact.Through, ", ") + ": patch package " + callee.Pkg().Name() + " too",
			})
		}
		return true
	})
	return b
}

// name writes a function as "pkg.F" or "pkg.(T).F".
func name(fn *types.Func) string {
	recv := fn.Signature().Recv()
	if recv == nil {
		return fn.Pkg().Name() + "." + fn.Name()
	}
	t := recv.Type()
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	if n, ok := types.Unalias(t).(*types.Named); ok {
		return fn.Pkg().Name() + ".(" + n.Obj().Name() + ")." + fn.Name()
	}
	return fn.Pkg().Name() + "." + fn.Name()
}

// standard reports whether a path is of the standard library, as the go command
// tells: its first element has no dot.
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}
