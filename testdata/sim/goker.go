package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/ast/astutil"
	"golang.org/x/tools/imports"
)

// cannotHappen are the kernels whose bug cannot happen as Go has them: Close needs the
// lock that readLogs holds for as long as it follows.
var cannotHappen = map[string]bool{"Moby27782": true}

// writeGoker writes the kernels of real bugs that Go tests its goroutine leak profile
// with, as tests of a module: one copy of each bug instead of up to 100,000, without the
// calls of Gosched that help it to happen, and without the profile. It returns their
// names.
func writeGoker(dir string) ([]string, error) {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(out)), "src/runtime/testdata/testgoroutineleakprofile/goker/*.go"))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, file := range files {
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, file, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		if filepath.Base(file) == "main.go" {
			continue
		}
		f.Name.Name = "goker"
		kernels := reduce(f)
		if len(kernels) == 0 {
			return nil, fmt.Errorf("%s registers no kernel", file)
		}
		names = append(names, kernels...)
		var b bytes.Buffer
		if err := printer.Fprint(&b, fset, f); err != nil {
			return nil, err
		}
		src, err := imports.Process(file, b.Bytes(), nil)
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(file)), src, 0o666); err != nil {
			return nil, err
		}
	}
	slices.Sort(names)
	var b strings.Builder
	b.WriteString("package goker\n\nimport \"testing\"\n\nconst yieldCount = 0\n\nfunc register(string, func()) {}\n")
	for _, name := range names {
		fmt.Fprintf(&b, "\nfunc Test%s(*testing.T) { %s() }\n", name, name)
	}
	if err := os.WriteFile(filepath.Join(dir, "goker_test.go"), []byte(b.String()), 0o666); err != nil {
		return nil, err
	}
	return names, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module goker\n\ngo 1.26\n"), 0o666)
}

// reduce takes the copies, Gosched and the profile out of a file, and returns the names of
// its kernels.
func reduce(f *ast.File) (kernels []string) {
	ast.Inspect(f, func(n ast.Node) bool {
		if c, ok := n.(*ast.CallExpr); ok && isName(c.Fun, "register") {
			name, _ := strconv.Unquote(c.Args[0].(*ast.BasicLit).Value)
			kernels = append(kernels, name)
		}
		return true
	})
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && slices.Contains(kernels, fn.Name.Name) {
			fn.Body.List = slices.DeleteFunc(fn.Body.List, isProfile)
			for _, s := range fn.Body.List {
				oneCopy(s)
			}
		}
	}
	astutil.Apply(f, func(c *astutil.Cursor) bool {
		switch n := c.Node().(type) {
		case *ast.ExprStmt:
			call, ok := n.X.(*ast.CallExpr)
			if sel, ok2 := calls(call, ok); ok2 && isName(sel.X, "runtime") && sel.Sel.Name == "Gosched" && c.Index() >= 0 {
				c.Delete()
			}
		case *ast.BasicLit: // Kubernetes58107 locks and unlocks 100,000 times
			if n.Value == "100000" {
				n.Value = "5"
			}
		}
		return true
	}, nil)
	return kernels
}

func calls(call *ast.CallExpr, ok bool) (*ast.SelectorExpr, bool) {
	if !ok {
		return nil, false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	return sel, ok
}

func isName(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}

// isProfile reports whether a statement has to do with the profile.
func isProfile(s ast.Stmt) (found bool) {
	ast.Inspect(s, func(n ast.Node) bool {
		found = found || isNode(n, "prof")
		return true
	})
	return found
}

func isNode(n ast.Node, name string) bool {
	e, ok := n.(ast.Expr)
	return ok && isName(e, name)
}

// oneCopy makes one round of a loop that starts copies of the bug.
func oneCopy(s ast.Stmt) {
	loop, ok := s.(*ast.ForStmt)
	if !ok {
		return
	}
	cond, ok := loop.Cond.(*ast.BinaryExpr)
	if !ok {
		return
	}
	if lit, ok := cond.Y.(*ast.BasicLit); ok {
		if n, err := strconv.Atoi(lit.Value); err == nil && n >= 10 {
			cond.Op, lit.Value = token.LSS, "1"
		}
	}
}
