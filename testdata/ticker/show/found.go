package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// A place is a finding that greenify check lists.
type place struct {
	File     string
	Line     int
	Func     string
	Category string
	Message  string
}

// findings returns the finding about each operation, by its name, that is left when
// dir has been patched: one in its own lines, or in a function that they name.
func findings(greenify, dir string) (map[string]string, error) {
	cmd := exec.Command(greenify, "check", "-json", "./...")
	cmd.Dir = dir
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
		return nil, fmt.Errorf("greenify check: %v", err)
	}
	var list []place
	if err := json.Unmarshal(out, &list); err != nil {
		return nil, fmt.Errorf("greenify check: %v", err)
	}
	byFunc := map[string]string{}
	for _, p := range list {
		if p.Func != "" && byFunc[p.Func] == "" {
			byFunc[p.Func] = p.Message
		}
	}
	found := map[string]string{}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, nil, 0)
		if err != nil {
			return nil, err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			var op string
			switch n := n.(type) {
			case *ast.CompositeLit:
				op = opName(n.Elts)
			case *ast.CallExpr:
				op = opName(n.Args)
			}
			if op == "" {
				return true
			}
			for _, p := range list {
				if line := p.Line; p.File == filepath.Base(name) && fset.Position(n.Pos()).Line <= line && line <= fset.Position(n.End()).Line {
					found[op] = p.Message
				}
			}
			ast.Inspect(n, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok && found[op] == "" {
					found[op] = byFunc[id.Name]
				}
				return true
			})
			return true
		})
	}
	return found, nil
}

// opName is the name of the operation that a list of two or more expressions, a
// literal or the arguments of a call, begins with.
func opName(list []ast.Expr) string {
	if len(list) < 2 {
		return ""
	}
	lit, ok := list[0].(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return ""
	}
	name, _ := strconv.Unquote(lit.Value)
	return strings.TrimSpace(name)
}
