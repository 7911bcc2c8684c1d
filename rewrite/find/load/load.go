// Package load type-checks packages for the finder: from the files as they are
// written, cgo included, and again from other bytes after a rewrite. What they
// import comes from the export data of the go command's build cache, so a
// second load of a large module costs little more than parsing it.
package load

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/tools/go/packages"

	"github.com/greenify-go/greenify/rewrite/find"
)

// A Config says where and how to look for packages.
type Config struct {
	Dir   string   // "" for the current directory
	Env   []string // nil for that of the process
	Flags []string // of the go command, such as -tags=x
}

// A Package is a package of the main modules with its source.
type Package struct {
	Path   string
	Name   string
	Names  []string          // of the files, absolute
	Source map[string][]byte // by name

	Fset  *token.FileSet
	Files []*ast.File
	Types *types.Package
	Info  *types.Info

	meta    *packages.Package
	imports map[string]*types.Package
}

// Packages loads the packages that the patterns match. The error joins what is
// wrong with any of them.
func Packages(cfg Config, patterns ...string) ([]*Package, error) {
	const mode = packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedDeps |
		packages.NeedTypes | packages.NeedTypesSizes | packages.NeedExportFile | packages.NeedModule
	// Package green is loaded too, even if nothing imports it yet. That the
	// module does not require it is no error before something is rewritten.
	roots, err := packages.Load(&packages.Config{Mode: mode, Dir: cfg.Dir, Env: cfg.Env, BuildFlags: cfg.Flags}, append(slices.Clone(patterns), find.GreenPath)...)
	if err != nil {
		return nil, fmt.Errorf("load packages: %w", err)
	}
	if len(roots) == 0 {
		// go/packages drops what is wrong with go.mod; the go command says it.
		for _, more := range [][]string{nil, {find.GreenPath}} {
			cmd := exec.Command("go", slices.Concat([]string{"list"}, cfg.Flags, patterns, more)...)
			cmd.Dir, cmd.Env = cfg.Dir, cfg.Env
			if out, err := cmd.CombinedOutput(); err != nil {
				return nil, fmt.Errorf("%s", bytes.TrimSpace(out))
			}
		}
	}
	var green *types.Package
	roots = slices.DeleteFunc(roots, func(p *packages.Package) bool {
		if p.PkgPath == find.GreenPath && len(p.Errors) == 0 {
			green = p.Types
		}
		return p.PkgPath == find.GreenPath
	})
	list := make([]*Package, len(roots))
	errs := make([]error, len(roots))
	each(len(roots), func(i int) {
		list[i], errs[i] = open(roots[i], green)
	})
	list = slices.DeleteFunc(list, func(p *Package) bool { return p == nil || len(p.Names) == 0 })
	slices.SortFunc(list, func(a, b *Package) int {
		if a.Path < b.Path {
			return -1
		}
		return 1
	})
	return list, errors.Join(errs...)
}

// each calls f for 0 to n-1, on all processors.
func each(n int, f func(i int)) {
	var wg sync.WaitGroup
	next := make(chan int)
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}

func open(meta *packages.Package, green *types.Package) (*Package, error) {
	if len(meta.GoFiles) == 0 {
		if len(meta.Errors) > 0 {
			return nil, meta.Errors[0]
		}
		return nil, nil
	}
	p := &Package{Path: meta.PkgPath, Name: meta.Name, Source: map[string][]byte{}, meta: meta, imports: map[string]*types.Package{}}
	for path, m := range meta.Imports {
		p.imports[path] = m.Types
	}
	if green != nil {
		p.imports[find.GreenPath] = green
	}
	for _, name := range slices.Sorted(slices.Values(meta.GoFiles)) {
		if filepath.Ext(name) != ".go" {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		p.Names = append(p.Names, name)
		p.Source[name] = src
	}
	return p, p.check()
}

// With returns the package type-checked with other bytes for some files.
func (p *Package) With(source map[string][]byte) (*Package, error) {
	q := *p
	q.Source = map[string][]byte{}
	for name, src := range p.Source {
		if s, ok := source[name]; ok {
			src = s
		}
		q.Source[name] = src
	}
	return &q, q.check()
}

// check parses and type-checks the sources.
func (p *Package) check() error {
	p.Fset = token.NewFileSet()
	p.Files = nil
	cgo := false
	var errs []error
	fail := func(err error) {
		if len(errs) < 10 {
			errs = append(errs, err)
		}
	}
	for _, name := range p.Names {
		file, err := parser.ParseFile(p.Fset, name, p.Source[name], parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			fail(err)
			continue
		}
		for _, spec := range file.Imports {
			cgo = cgo || spec.Path.Value == `"C"`
		}
		p.Files = append(p.Files, file)
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	p.Info = &types.Info{
		Types:        map[ast.Expr]types.TypeAndValue{},
		Instances:    map[*ast.Ident]types.Instance{},
		Defs:         map[*ast.Ident]types.Object{},
		Uses:         map[*ast.Ident]types.Object{},
		Implicits:    map[ast.Node]types.Object{},
		Selections:   map[*ast.SelectorExpr]*types.Selection{},
		Scopes:       map[ast.Node]*types.Scope{},
		FileVersions: map[*ast.File]string{},
	}
	conf := types.Config{
		FakeImportC: true,
		Importer:    importer(p.imports),
		Sizes:       p.meta.TypesSizes,
		Error: func(err error) {
			// Without cgo's types, what is derived from them has none. The compiler
			// will check it.
			if !cgo || !strings.Contains(err.Error(), "invalid type") {
				fail(err)
			}
		},
	}
	if m := p.meta.Module; m != nil && m.GoVersion != "" {
		conf.GoVersion = "go" + m.GoVersion
	}
	p.Types, _ = conf.Check(p.Path, p.Fset, p.Files, p.Info)
	return errors.Join(errs...)
}

// importer finds packages that are already loaded.
type importer map[string]*types.Package

func (m importer) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if p := m[path]; p != nil && p.Complete() {
		return p, nil
	}
	if path == find.GreenPath {
		return nil, fmt.Errorf("package %s is not required: run go get %s", path, path)
	}
	return nil, fmt.Errorf("package %s has no export data: go build it", path)
}

// Find searches the package.
func (p *Package) Find(main, lines bool) []*find.File {
	return find.Find(find.Input{
		Fset: p.Fset, Files: p.Files, Pkg: p.Types, Info: p.Info, Main: main, Lines: lines,
		Read: func(name string) ([]byte, error) {
			if src, ok := p.Source[name]; ok {
				return src, nil
			}
			return nil, os.ErrNotExist
		},
	})
}
