package find

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What waits in package green is what its source says: a function or method that leads, by
// calls of its own, to where a thread leaves the hub, or returns an iterator that does.
func TestGreenWaits(t *testing.T) {
	want := waitsIn(t, "../../runtime")
	except := []string{
		"NoYield", // what waits inside is a finding of its own
	}
	more := []string{
		"Poll",    // it yields once the time slice is over
		"Recv2To", // of package patched, which has the rest by package arity
		"Sender.Send",
	}
	want = slices.DeleteFunc(want, func(key string) bool { return slices.Contains(except, key) })
	want = slices.Sorted(slices.Values(append(want, more...)))
	if got := slices.Sorted(maps.Keys(greenWaiters)); !slices.Equal(got, want) {
		t.Errorf("the finder takes these to wait:\n%q\nby the source these do:\n%q", got, want)
	}
}

// waitsIn lists the exported functions and methods of a package that lead to thread.leave.
func waitsIn(t *testing.T, dir string) []string {
	t.Helper()
	pkg, err := build.ImportDir(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range pkg.GoFiles {
		file, err := parser.ParseFile(fset, filepath.Join(dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	info := &types.Info{Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}}
	conf := types.Config{Importer: stdOnly{importer.ForCompiler(fset, "source", nil)}, Error: func(error) {}}
	conf.Check(GreenPath, fset, files, info) // without its own packages, which wait for nobody
	calls := map[*types.Func][]*types.Func{}
	waits := map[*types.Func]bool{}
	for _, file := range files {
		for _, d := range file.Decls {
			d, ok := d.(*ast.FuncDecl)
			if !ok || d.Body == nil {
				continue
			}
			fn := info.Defs[d.Name].(*types.Func)
			if key := FuncKey(fn); key == "thread.leave" || key == "Yield" {
				waits[fn] = true
			}
			visit := inspectRun
			if results := d.Type.Results; results != nil && strings.Contains(types.ExprString(results.List[0].Type), "iter.Seq") {
				visit = inspectAll
			}
			visit(d.Body, func(n ast.Node) {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return
				}
				if id, _ := callee(call.Fun); id != nil {
					if called, ok := info.Uses[id].(*types.Func); ok {
						calls[fn] = append(calls[fn], called.Origin())
					}
				}
			})
		}
	}
	for more := true; more; {
		more = false
		for fn, list := range calls {
			if !waits[fn] && slices.ContainsFunc(list, func(called *types.Func) bool { return waits[called] }) && FuncKey(fn) != "self" && FuncKey(fn) != "thread.slice" {
				waits[fn], more = true, true
			}
		}
	}
	var list []string
	for fn := range waits {
		if key := FuncKey(fn); fn.Exported() && token.IsExported(key) {
			list = append(list, key)
		}
	}
	slices.Sort(list)
	return list
}

func inspectAll(n ast.Node, visit func(ast.Node)) {
	ast.Inspect(n, func(n ast.Node) bool {
		if n != nil {
			visit(n)
		}
		return true
	})
}

// stdOnly imports packages of the standard library.
type stdOnly struct{ types.Importer }

func (s stdOnly) Import(path string) (*types.Package, error) {
	if strings.Contains(path, ".") {
		return nil, fmt.Errorf("%s is not wanted", path)
	}
	return s.Importer.Import(path)
}
