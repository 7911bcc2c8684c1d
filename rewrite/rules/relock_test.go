package rules_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/greenify-go/greenify/rewrite/rules"
)

// TestRelock finds the functions of the standard library that unlock a lock and lock it
// again, for a deferred call or a caller that unlocks it. A thread that is killed in
// between, or as it locks, unwinds into an Unlock of what is not locked: the end of the
// program. relock.tsv of the release has a verdict for each; one that is not there is new.
func TestRelock(t *testing.T) {
	want := map[string]string{}
	data, err := os.ReadFile(filepath.Join("data", rules.Nearest(runtime.Version()), "relock.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if len(f) != 3 {
			t.Fatalf("%q is not function, verdict, reason", line)
		}
		want[f[0]] = f[1]
	}
	var ruled []string
	for _, r := range rules.Leaves() {
		if r.In(runtime.Version()) && (strings.Contains(r.Text, "hubUncut(1)") || strings.Contains(r.Text, "hubRelock(")) {
			ruled = append(ruled, r.Symbol())
		}
	}
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	found := relocks(t, filepath.Join(strings.TrimSpace(string(goroot)), "src"))
	for _, f := range found {
		switch want[f] {
		case "":
			t.Errorf("%s has no verdict in relock.tsv", f)
		case "rule":
			if !slices.Contains(ruled, f) {
				t.Errorf("%s has no rule", f)
			}
		}
		delete(want, f)
	}
	for f, verdict := range want {
		if verdict != "rule" || !slices.Contains(ruled, f) { // of a caller or a wait beside it
			t.Errorf("%s is not of this form", f)
		}
	}
}

// relocks returns the functions below a folder, as the symbols of rules.
func relocks(t *testing.T, root string) (list []string) {
	fset := token.NewFileSet()
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || name == filepath.Join(root, "cmd")) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		dir, _ := filepath.Rel(root, filepath.Dir(name))
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			bodies := []*ast.BlockStmt{fn.Body}
			ast.Inspect(fn.Body, func(n ast.Node) bool {
				if lit, ok := n.(*ast.FuncLit); ok {
					bodies = append(bodies, lit.Body)
				}
				return true
			})
			if symbol := path.Join(filepath.ToSlash(dir)) + "." + declName(fn); slices.ContainsFunc(bodies, relocksIn) && !slices.Contains(list, symbol) {
				list = append(list, symbol)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func declName(fn *ast.FuncDecl) string {
	if fn.Recv == nil {
		return fn.Name.Name
	}
	recv := fn.Recv.List[0].Type
	if star, ok := recv.(*ast.StarExpr); ok {
		recv = star.X
	}
	if index, ok := recv.(*ast.IndexExpr); ok {
		recv = index.X
	}
	return fmt.Sprint(types.ExprString(recv), ".", fn.Name.Name)
}

// relocksIn reports whether a function, without the literals in it, locks what it has
// unlocked before, with an Unlock deferred by then or none but for its caller; or does
// so in a deferred call.
func relocksIn(body *ast.BlockStmt) bool {
	type call struct {
		lock, deferred bool
		of             string
	}
	var calls []call // in the order of the source
	var walk func(n ast.Node, deferred bool)
	walk = func(n ast.Node, deferred bool) {
		ast.Inspect(n, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				return deferred
			case *ast.DeferStmt:
				walk(n.Call, true)
				return false
			case *ast.CallExpr:
				s, ok := n.Fun.(*ast.SelectorExpr)
				if !ok || len(n.Args) != 0 {
					break
				}
				switch s.Sel.Name {
				case "Lock", "RLock":
					calls = append(calls, call{true, deferred, types.ExprString(s.X)})
				case "Unlock", "RUnlock":
					calls = append(calls, call{false, deferred, types.ExprString(s.X)})
				}
			}
			return true
		})
	}
	walk(body, false)
	for i, c := range calls {
		if !c.lock {
			continue
		}
		first, unlocked, owed := true, false, false
		for _, b := range calls[:i] {
			if b.of != c.of {
				continue
			}
			if first && !b.lock && !b.deferred {
				owed = true // to the caller, who has locked it
			}
			first = false
			unlocked = unlocked || !b.lock && !b.deferred
			owed = owed || !b.lock && b.deferred
		}
		if unlocked && (owed || c.deferred) {
			return true
		}
	}
	return false
}
