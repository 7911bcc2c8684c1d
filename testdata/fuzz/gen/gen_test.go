package gen

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"testing"
)

// Whatever is drawn is a program that type-checks, with another prefix the same but for names, and
// from the same seed the same. All kinds occur.
func TestPrograms(t *testing.T) {
	fset := token.NewFileSet()
	parse := func(name, src string) *ast.File {
		t.Helper()
		f, err := parser.ParseFile(fset, name, src, parser.SkipObjectResolution)
		if err != nil {
			t.Fatalf("%v\n%s", err, src)
		}
		return f
	}
	std := importer.ForCompiler(fset, "source", nil)
	beside, err := (&types.Config{Importer: std}).Check(NativePath, fset, []*ast.File{parse("native.go", Native())}, nil)
	if err != nil {
		t.Fatal(err)
	}
	files := []*ast.File{parse("help.go", Help("p"))}
	sources := map[string]string{}
	seen := map[string]bool{}
	var see func(n *Node)
	see = func(n *Node) {
		seen[n.Kind] = true
		for _, k := range n.Kids {
			see(k)
		}
	}
	for seed := range uint64(200) {
		p := New(seed)
		for _, n := range append(p.Nodes, p.End) {
			see(n)
		}
		src, err := p.File("p", fmt.Sprintf("p%d", seed), fmt.Sprintf("Run%d", seed))
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := New(seed).File("p", fmt.Sprintf("p%d", seed), fmt.Sprintf("Run%d", seed)); again != src {
			t.Errorf("seed %d is not the same twice", seed)
		}
		name := fmt.Sprintf("p%d.go", seed)
		sources[name] = src
		files = append(files, parse(name, src))
	}
	conf := types.Config{Importer: importerFunc(func(path string) (*types.Package, error) {
		if path == NativePath {
			return beside, nil
		}
		return std.Import(path)
	}), Error: func(err error) {
		t.Error(err)
	}}
	conf.Check("p", fset, files, nil)
	for _, k := range append(kinds, ends...) {
		if !seen[k.name] {
			t.Errorf("kind %s does not occur", k.name)
		}
	}
}

type importerFunc func(string) (*types.Package, error)

func (f importerFunc) Import(path string) (*types.Package, error) { return f(path) }
