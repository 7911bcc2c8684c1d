package find

import (
	"go/ast"
	"go/token"
	"go/types"
)

// inspectRun visits what a function does itself: function literals only if it calls them
// there and then, or when it returns, and of go statements nothing but what they evaluate.
func inspectRun(n ast.Node, visit func(ast.Node)) {
	runs := map[*ast.FuncLit]bool{}
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case nil:
			return true
		case *ast.FuncLit:
			return runs[n]
		case *ast.GoStmt:
			for _, x := range n.Call.Args {
				inspectRun(x, visit)
			}
			return false
		case *ast.CallExpr:
			if lit, ok := ast.Unparen(n.Fun).(*ast.FuncLit); ok {
				runs[lit] = true
			}
		}
		visit(n)
		return true
	})
}

// statements returns the list of statements that a node is.
func statements(n ast.Node) []ast.Stmt {
	switch n := n.(type) {
	case *ast.BlockStmt:
		return n.List
	case *ast.CaseClause:
		return n.Body
	case *ast.CommClause:
		return n.Body
	}
	return nil
}

// deferred reports whether pos is in a function literal below the statements:
// it does not run here.
func deferred(list []ast.Stmt, pos token.Pos) bool {
	found := false
	for _, s := range list {
		ast.Inspect(s, func(n ast.Node) bool {
			if lit, ok := n.(*ast.FuncLit); ok && lit.Pos() <= pos && pos < lit.End() {
				found = true
			}
			return !found
		})
	}
	return found
}

// elsewhere reports whether pos is in a function literal, a deferred call or a go
// statement of the block.
func elsewhere(block *ast.BlockStmt, pos token.Pos) (found bool) {
	ast.Inspect(block, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.FuncLit, *ast.DeferStmt, *ast.GoStmt:
			found = found || n.Pos() <= pos && pos < n.End()
		}
		return !found
	})
	return found
}

// uses reports whether a node names v.
func uses(info *types.Info, n ast.Node, v types.Object) (found bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && info.Uses[id] == v {
			found = true
		}
		return !found
	})
	return found
}

func bodyOf(n ast.Node) *ast.BlockStmt {
	switch n := n.(type) {
	case *ast.RangeStmt:
		return n.Body
	case *ast.SwitchStmt:
		return n.Body
	case *ast.TypeSwitchStmt:
		return n.Body
	case *ast.SelectStmt:
		return n.Body
	}
	return &ast.BlockStmt{}
}
