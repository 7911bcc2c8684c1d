package find

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// The finder writes each name with the package that has it, and the version that
// package patched supports.
func TestHome(t *testing.T) {
	for path, dir := range map[string]string{GreenPath: "../../runtime", PatchedPath: "../../runtime/patched"} {
		names := exported(t, dir)
		if len(names) < 15 {
			t.Errorf("%s exports %d names", path, len(names))
		}
		for name := range names {
			if got := home(name); got != path {
				t.Errorf("%s is written as one of %s, it is one of %s", name, got, path)
			}
		}
		if path == PatchedPath && !names[PatchedVersion] {
			t.Errorf("package patched has no %s", PatchedVersion)
		}
	}
}

// exported returns the exported names that a folder declares.
func exported(t *testing.T, dir string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	add := func(id *ast.Ident) {
		if id.IsExported() {
			names[id.Name] = true
		}
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || filepath.Base(name) == "gen.go" {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil {
					add(d.Name)
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					switch s := s.(type) {
					case *ast.TypeSpec:
						if s.Name.Name != "Sender" { // no replacement names it
							add(s.Name)
						}
					case *ast.ValueSpec:
						for _, id := range s.Names {
							add(id)
						}
					}
				}
			}
		}
	}
	return names
}
