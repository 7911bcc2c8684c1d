package find

import (
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"strings"

	"github.com/greenify-go/greenify/rewrite/rules"
	"github.com/greenify-go/greenify/runtime/code"
)

// cgoCall reports calls of C functions: nobody knows from Go which of them wait. One that is
// a statement can be replaced (cgoStmt):
//
//	C.f(x, 1)  =>  { g0 := x; green.Offload(func() { C.f(g0, 1) }) }
//
// Not reported are conversions to C's types, cgo's own functions and the allocator, which
// wait for nobody, and what is in green.Offload already.
func (f *finder) cgoCall(n *ast.CallExpr, stack []ast.Node) {
	fn := f.cgoFunc(n.Fun)
	if fn == "" || code.Memory(fn) {
		return
	}
	switch fn {
	case "char", "schar", "uchar", "short", "ushort", "int", "uint", "long", "ulong", "longlong", "ulonglong", "float", "double", "size_t",
		"int8_t", "int16_t", "int32_t", "int64_t", "uint8_t", "uint16_t", "uint32_t", "uint64_t", "uintptr_t":
		return // conversions; what cmd/cgo makes of them is not seen in the original file
	}
	if f.inOffload(stack) {
		return
	}
	s := f.add(&Site{Pos: ast.Unparen(n.Fun).Pos(), End: n.End(), Kind: Cgo, Group: "thread", What: "C." + fn})
	if s.Template = f.cgoStmt(n, stack[len(stack)-1]); s.Template == nil {
		s.Message = s.What + " holds the hub until C returns: if it waits or computes for long, wrap it in green.Offload"
		return
	}
	s.Pos, s.To = n.Pos(), Qualified("Offload")
	s.Message = s.What + " holds the hub until C returns: wrap it in green.Offload"
}

// cgoStmt replaces a call that is a statement. Its arguments are evaluated before, in order,
// as the call would, and Offload returns when C has.
//
// It returns nil for a call whose result is used, for its type has no name here, and
// for one that is given an address: cmd/cgo checks what that leads to by the
// expression (cgoCheckPointer), so it has to stay an argument.
func (f *finder) cgoStmt(n *ast.CallExpr, parent ast.Node) *Template {
	stmt, ok := parent.(*ast.ExprStmt)
	if _, sel := callee(n.Fun); !ok || sel == nil || n.Ellipsis.IsValid() {
		return nil
	}
	for _, x := range n.Args {
		address := false
		ast.Inspect(x, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.UnaryExpr:
				address = address || n.Op == token.AND
			case *ast.Ident:
				name, ok := f.Info.Uses[n].(*types.PkgName)
				address = address || ok && name.Imported().Path() == "unsafe"
			case *ast.FuncLit:
				address = true // or anything else
			}
			return !address
		})
		if _, tuple := f.Info.TypeOf(x).(*types.Tuple); tuple || address {
			return nil
		}
	}
	g := &goPlan{finder: f}
	g.callee = g.hole(moved(n.Fun))
	if !g.arguments(n) {
		return nil
	}
	text := "§Offload(func() { " + g.callee + "(" + strings.Join(g.args, ", ") + ") })"
	if len(g.values) > 0 {
		text = "{ " + g.hoisted() + "; " + text + " }"
	}
	return replace(stmt, text, g.holes...)
}

// cgoFunc returns the name of the C function that is called, "" if none is. Some
// drivers show the files that cmd/cgo makes, where C.f is _Cfunc_f, or _C2func_f
// if the error is wanted too (cmd/cgo, rewriteRef).
func (f *finder) cgoFunc(fun ast.Expr) string {
	switch fun := ast.Unparen(fun).(type) {
	case *ast.SelectorExpr:
		if id, ok := fun.X.(*ast.Ident); ok {
			name, ok := f.Info.Uses[id].(*types.PkgName)
			if ok && name.Imported().Path() == "C" && !f.Info.Types[fun].IsType() {
				return fun.Sel.Name
			}
		}
	case *ast.Ident:
		for _, prefix := range []string{"_Cfunc_", "_C2func_"} {
			if name, ok := strings.CutPrefix(fun.Name, prefix); ok && !strings.HasPrefix(filepath.Base(f.Name), "_cgo_") {
				return name
			}
		}
	}
	return ""
}

// importSpec reports drivers that wait in C.
func (f *finder) importSpec(n *ast.ImportSpec) {
	path := strings.Trim(n.Path.Value, "`\"")
	if pure, ok := rules.CgoDrivers[path]; ok {
		way := "wrap its calls in green.Offload"
		if pure != "" {
			way = "use the pure Go driver " + pure + ", or " + way
		}
		f.add(&Site{Pos: n.Pos(), End: n.End(), Kind: Cgo, Group: "db", What: path, Message: path + " holds the hub while it waits in C: " + way})
	}
}

// exported has functions that C may call (cmd/cgo, "//export name") enter the hub:
// a thread that C made may run them.
func (f *finder) exported(n *ast.FuncDecl) {
	if n.Doc == nil || n.Body == nil || !f.imports("C") || f.startsHub(n) {
		return
	}
	for _, c := range n.Doc.List {
		if name, ok := strings.CutPrefix(c.Text, "//export "); ok {
			f.add(&Site{
				Pos: n.Name.Pos(), End: n.Name.End(), Kind: Enter, Group: "thread", What: strings.TrimSpace(name), To: Qualified("Enter"), Template: f.deferFirst(n, "Enter", ""),
				Message: strings.TrimSpace(name) + " runs outside the hub, a thread that C made may call it: defer patched.Enter first",
			})
		}
	}
}
