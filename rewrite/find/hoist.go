package find

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// A goPlan divides the operands of a go statement into those that are evaluated
// now and those that may stay in the call.
type goPlan struct {
	*finder
	callee string
	args   []string // of the call: names, constants
	names  []string // declared now
	values []string // what they are set to
	multi  int      // number of values that the last one of values gives, if more than one
	holes  []Hole
}

func (g *goPlan) hole(h Hole) string {
	g.holes = append(g.holes, h)
	return fmt.Sprintf("$%d$", len(g.holes)-1)
}

// now declares a name for a value that is evaluated now.
func (g *goPlan) now(text string) string {
	name := fmt.Sprint(g.locals, len(g.names))
	g.names = append(g.names, name)
	g.values = append(g.values, text)
	return name
}

func (g *goPlan) function(fun ast.Expr) {
	id, sel := callee(fun)
	var static bool
	if id != nil {
		switch obj := g.Info.Uses[id].(type) {
		case *types.Builtin:
			static = true
		case *types.Func:
			static = obj.Signature().Recv() == nil && (sel == nil || g.Info.Selections[sel] == nil)
		}
	}
	if static {
		g.callee = g.hole(moved(fun))
	} else {
		g.callee = g.now(g.hole(in(fun)))
	}
}

// operand adds an argument: inline if it is the same at any time.
func (g *goPlan) operand(a arg) {
	if g.fixed(a.x) {
		g.args = append(g.args, a.pre+g.hole(moved(a.x))+a.post)
		return
	}
	g.args = append(g.args, g.now(a.pre+g.hole(in(a.x))+a.post))
}

// fixed reports whether x is a constant, nil, or a function declared at package
// level.
func (g *goPlan) fixed(x ast.Expr) bool {
	tv := g.Info.Types[x]
	if tv.Value != nil || tv.IsNil() || tv.IsType() {
		return true
	}
	id, sel := callee(x)
	if id == nil {
		return false
	}
	fn, ok := g.Info.Uses[id].(*types.Func)
	return ok && fn.Signature().Recv() == nil && (sel == nil || g.Info.Selections[sel] == nil)
}

// arguments adds the arguments of a call that no rule is for. It reports
// whether it could.
func (g *goPlan) arguments(n *ast.CallExpr) bool {
	if len(n.Args) == 1 {
		if t, ok := g.Info.TypeOf(n.Args[0]).(*types.Tuple); ok {
			g.multi = t.Len()
			g.values = append(g.values, g.hole(in(n.Args[0])))
			for range t.Len() {
				name := fmt.Sprint(g.locals, len(g.names))
				g.names = append(g.names, name)
				g.args = append(g.args, name)
			}
			return true
		}
	}
	for _, x := range n.Args {
		a := arg{x: x}
		if !g.fixed(x) && g.untyped(x) {
			if t := g.Info.TypeOf(x); !types.Identical(t, types.Default(t)) || !plain(t) {
				name, ok := g.typeText(t, n.Pos())
				if !ok {
					return false
				}
				a.pre, a.post = name+"(", ")"
			}
		}
		g.operand(a)
	}
	return true
}

// hoisted writes the declaration of what is evaluated now. A call with several
// results needs a statement of its own.
func (g *goPlan) hoisted() string {
	values := g.values
	if g.multi == 0 || len(values) == 1 {
		return strings.Join(g.names, ", ") + " := " + strings.Join(values, ", ")
	}
	return g.names[0] + " := " + values[0] + "; " + strings.Join(g.names[1:], ", ") + " := " + values[1]
}

// localPrefix returns a prefix for names that replacements declare, such that
// prefix and digits make no identifier of the file.
func (f *finder) localPrefix() string {
	prefix := "g"
	for taken := true; taken; {
		taken = false
		ast.Inspect(f.Syntax, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				rest, ok := strings.CutPrefix(id.Name, prefix)
				taken = taken || ok && rest != "" && strings.Trim(rest, "0123456789") == ""
			}
			return !taken
		})
		if taken {
			prefix += "_"
		}
	}
	return prefix
}
