// Package load type-checks packages for the finder: from the files as they are
// written, cgo included, and again from other bytes after a rewrite. It has a
// name for all that a package is made of, so that results can be kept.
package load

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/tools/go/gcexportdata"

	"github.com/greenify-go/greenify/rewrite/find"
)

// A Package is a package with its source.
type Package struct {
	Path   string
	Name   string
	Dir    string
	Names  []string          // of the files, absolute
	Source map[string][]byte // by name

	Fset  *token.FileSet
	Files []*ast.File
	Types *types.Package
	Info  *types.Info

	Listed *Listed // what the go command says of it

	listing *Listing
	search  *find.Search
	foreign find.Foreign
	loader  *loader
	imports map[string]*types.Package // by path in the source
	lax     bool                      // something imported is made of cgo's source, so types are missing
}

// Packages lists and loads the packages that the patterns match.
func Packages(cfg Config, patterns ...string) ([]*Package, error) {
	l, err := List(cfg, patterns...)
	if err != nil {
		return nil, err
	}
	if len(l.Roots) == 0 {
		return nil, l.Excluded[0].listError()
	}
	return l.Load(l.Roots...)
}

// Load type-checks some of the roots. The packages come in order of their paths;
// those without Go files are left out. The error joins what is wrong with any of
// them, or with packages of the user's own that they import.
//
// What they import is type-checked from source too, without function bodies, if
// it belongs to the user and does not use cgo: it need not be compiled. The rest
// comes from the export data of the go command's build cache.
func (l *Listing) Load(roots ...*Listed) ([]*Package, error) {
	if err := l.loadFacts(roots); err != nil {
		return nil, err
	}
	ld := l.loader()
	for _, p := range roots {
		ld.need(p, true)
	}
	if patched := l.byID[find.PatchedPath]; l.cfg.Green && patched != nil && patched.Error == nil {
		ld.below = map[*Listed]bool{}
		for _, p := range []*Listed{l.byID[find.GreenPath], patched} { // the second imports the first
			ld.patched = append(ld.patched, p)
			ld.markBelow(p)
			ld.needImport(p)
		}
	}
	if err := ld.readNeeded(); err != nil {
		return nil, err
	}
	ld.run()
	ld.done = true

	foreign := l.foreign()
	var list []*Package
	var errs []error
	said := map[string]bool{}
	for _, p := range l.All {
		j := ld.work[p]
		if j == nil {
			continue
		}
		if j.err != nil && !said[j.err.Error()] {
			said[j.err.Error()] = true
			errs = append(errs, j.err)
		}
		if j.root && len(j.Names) > 0 {
			j.foreign = foreign
			list = append(list, &j.Package)
		}
	}
	slices.SortFunc(list, func(a, b *Package) int { return strings.Compare(a.Path, b.Path) })
	return list, errors.Join(errs...)
}

func (l *Listing) loader() *loader {
	ld := &loader{Listing: l, work: map[*Listed]*job{}, exports: map[*Listed]bool{}, fromSource: map[*Listed]bool{}, types: map[string]*types.Package{}}
	ld.cgo = slices.ContainsFunc(l.All, func(p *Listed) bool { return p.local() && len(p.CgoFiles) > 0 })
	for _, p := range l.All { // what is imported first
		ld.fromSource[p] = l.cfg.source || p.ForTest != "" || !ld.cgo && (p.local() || ld.importsSource(p))
	}
	return ld
}

// readNeeded reads the export data that importers will see.
func (ld *loader) readNeeded() error {
	return ld.readExports(slices.DeleteFunc(slices.Clone(ld.All), func(p *Listed) bool { return !ld.exports[p] })...)
}

// A loader is one call of Load.
type loader struct {
	*Listing
	cgo        bool             // a package of the user's own uses cgo, so export data must be had of all
	fromSource map[*Listed]bool // importers see it as type-checked here
	exports    map[*Listed]bool // importers see its export data
	work       map[*Listed]*job
	patched    []*Listed                 // packages green and patched, if they are wanted
	below      map[*Listed]bool          // these and what they import
	types      map[string]*types.Package // from export data, by path; complete are those in exports
	done       bool                      // everything that was needed is there
}

// A job is to type-check one package from source.
type job struct {
	Package
	root bool // with function bodies
	done chan struct{}
	err  error
}

func (ld *loader) importsSource(p *Listed) bool {
	for q := range p.deps {
		if ld.fromSource[q] {
			return true
		}
	}
	return false
}

// need plans to type-check p and all that it takes for that.
func (ld *loader) need(p *Listed, root bool) {
	j := ld.work[p]
	if j == nil {
		j = &job{done: make(chan struct{})}
		ld.work[p] = j
		for q := range p.deps {
			ld.needImport(q)
		}
	}
	j.root = j.root || root
}

func (ld *loader) needImport(p *Listed) {
	switch {
	case p.ImportPath == "unsafe":
	case ld.fromSource[p]:
		ld.need(p, false)
	default:
		ld.exports[p] = true
	}
}

// readExports reads export data, of packages that are not there yet after the go
// command has built them. A package that cannot be built is missing.
//
// One package's data make others known in part, which those of the others
// complete; so all are read before anything uses them.
func (ld *loader) readExports(pkgs ...*Listed) error {
	args := []string{"-e", "-export", "-json=ImportPath,Export", "--"}
	for _, p := range pkgs {
		args = append(args, p.ImportPath)
	}
	if len(pkgs) == 0 {
		return nil
	}
	out, err := ld.list(args...)
	if err != nil {
		return err
	}
	fset := token.NewFileSet()
	for dec := json.NewDecoder(bytes.NewReader(out)); dec.More(); {
		var p struct{ ImportPath, Export string }
		if err := dec.Decode(&p); err != nil {
			return fmt.Errorf("go list: %w", err)
		}
		if p.Export == "" {
			continue
		}
		if err := readExport(fset, ld.types, p.ImportPath, p.Export); err != nil {
			return fmt.Errorf("export data of %s: %w", p.ImportPath, err)
		}
	}
	return nil
}

// late returns a package that only what was loaded imports: nil if there is none.
func (ld *loader) late(p *Listed) (*types.Package, error) {
	if ld.fromSource[p] {
		if j := ld.work[p]; j != nil {
			return j.Types, nil
		}
		return nil, nil
	}
	if !ld.exports[p] {
		ld.exports[p] = true
		if err := ld.readExports(p); err != nil {
			return nil, err
		}
	}
	return ld.types[p.ImportPath], nil
}

func readExport(fset *token.FileSet, known map[string]*types.Package, path, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	//lint:ignore SA1019 The go command's files are archives, which only this reads; package go/importer knows the export data of the release that built greenify, and of none after it.
	r, err := gcexportdata.NewReader(f)
	if err != nil {
		return err
	}
	_, err = gcexportdata.Read(r, fset, known, path)
	return err
}

// run does the work, on all processors: each package once those that it imports
// are done.
func (ld *loader) run() {
	var wg sync.WaitGroup
	var mu sync.Mutex
	checked := 0 // guarded by mu
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	for p, j := range ld.work {
		wg.Go(func() {
			defer close(j.done)
			for _, q := range ld.imports(p) {
				if dep := ld.work[q]; dep != nil && ld.fromSource[q] {
					<-dep.done
				}
			}
			free <- struct{}{}
			defer func() { <-free }()
			j.err = ld.open(p, j)
			if progress := ld.cfg.Progress; progress != nil {
				mu.Lock()
				defer mu.Unlock()
				checked++
				progress(checked, len(ld.work))
			}
		})
	}
	wg.Wait()
}

func (ld *loader) open(p *Listed, j *job) error {
	j.Package = Package{
		Path: p.Path(), Name: p.Name, Dir: p.Dir, Source: map[string][]byte{},
		Listed: p, listing: ld.Listing, loader: ld, imports: map[string]*types.Package{},
	}
	if len(p.files) == 0 {
		if p.Error != nil {
			return p.listError()
		}
		return nil
	}
	see := func(path string, q *Listed) {
		if dep := ld.work[q]; ld.fromSource[q] && dep != nil {
			j.imports[path] = dep.Types
			j.lax = j.lax || dep.lax || len(q.CgoFiles) > 0
		} else if t := ld.types[q.ImportPath]; t != nil && ld.exports[q] {
			j.imports[path] = t
		}
	}
	for _, q := range ld.imports(p) {
		see(q.Path(), q)
	}
	for path, id := range p.ImportMap {
		if q := ld.byID[id]; q != nil {
			see(path, q)
		}
	}
	for _, name := range p.files {
		name = filepath.Join(p.Dir, name)
		src, err := ld.overlay.read(name)
		if err != nil {
			return err
		}
		j.Names = append(j.Names, name)
		j.Source[name] = src
	}
	err := j.check(j.root)
	if p.Error != nil && (err == nil || strings.Contains(p.Error.Err, "import cycle")) {
		return p.listError()
	}
	return err
}

// markBelow fills below.
func (ld *loader) markBelow(p *Listed) {
	if !ld.below[p] {
		ld.below[p] = true
		for q := range p.deps {
			ld.markBelow(q)
		}
	}
}

// imports returns the packages that p may import, once it is patched too.
func (ld *loader) imports(p *Listed) []*Listed {
	list := slices.Collect(maps.Keys(p.deps))
	if !ld.below[p] {
		list = append(list, ld.patched...)
	}
	return list
}

// listError is what go list found wrong.
func (p *Listed) listError() error {
	if p.Error.Pos == "" {
		return fmt.Errorf("%s", p.Error.Err)
	}
	return fmt.Errorf("%s: %s", p.Error.Pos, p.Error.Err)
}

// Listing is what the package was loaded from.
func (p *Package) Listing() *Listing { return p.listing }

// With returns the package type-checked with other bytes for some files: the package itself
// if they are the same.
func (p *Package) With(source map[string][]byte) (*Package, error) {
	q := *p
	q.Source, q.search = maps.Clone(p.Source), nil
	same := true
	for name, src := range source {
		if old, ok := p.Source[name]; ok {
			same = same && bytes.Equal(src, old)
			q.Source[name] = src
		}
	}
	if same {
		return p, nil
	}
	return &q, q.check(true)
}

// check parses and type-checks the sources. Without bodies only what importers
// see is there, and no Info.
func (p *Package) check(bodies bool) error {
	p.Fset = token.NewFileSet()
	p.Files = nil
	cgo := p.lax
	var errs []error
	fail := func(err error) {
		if len(errs) < 10 {
			errs = append(errs, err)
		}
	}
	mode := parser.SkipObjectResolution
	if bodies {
		mode |= parser.ParseComments
	}
	for _, name := range p.Names {
		file, err := parser.ParseFile(p.Fset, name, p.Source[name], mode)
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
	p.Info = nil
	if bodies {
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
	}
	conf := types.Config{
		FakeImportC:      true,
		IgnoreFuncBodies: !bodies,
		Importer:         importer{p},
		Sizes:            types.SizesFor("gc", p.listing.env.GOARCH),
		Error: func(err error) {
			// Without cgo's types, what is derived from them has none. The compiler
			// will check it.
			if !cgo || !strings.Contains(err.Error(), "invalid type") {
				fail(err)
			}
		},
	}
	if m := p.Listed.Module; m != nil && m.GoVersion != "" {
		conf.GoVersion = "go" + m.GoVersion
	}
	p.Types, _ = conf.Check(p.Path, p.Fset, p.Files, p.Info)
	return errors.Join(errs...)
}

// importer finds packages that are already loaded.
type importer struct{ *Package }

func (m importer) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if p := m.imports[path]; p != nil {
		return p, nil
	}
	if path == find.MainPath && m.imports[find.GreenPath] != nil {
		mark := types.NewPackage(path, "patchedmain") // it has nothing to name
		mark.MarkComplete()
		return mark, nil
	}
	if path == find.GreenPath || path == find.PatchedPath {
		return nil, fmt.Errorf("package %s is not required: run go get %s", path, find.GreenPath)
	}
	id := path
	if mapped, ok := m.Listed.ImportMap[path]; ok {
		id = mapped
	}
	p := m.listing.byID[id]
	if p != nil && p.Error != nil {
		return nil, fmt.Errorf("%s", p.Error.Err)
	}
	if p != nil && m.loader.done {
		// Patched source may name the packages of types that it has used before.
		t, err := m.loader.late(p)
		if t != nil {
			m.imports[path] = t
		}
		if t != nil || err != nil {
			return t, err
		}
	}
	return nil, fmt.Errorf("package %s has no export data: go build it", path)
}

// Search is what the finder has found in the package. It looks once.
func (p *Package) Search() *find.Search {
	if p.search == nil {
		p.search = p.find(p.listing.cfg.Groups)
	}
	return p.search
}

func (p *Package) find(groups []string) *find.Search {
	if searched := p.listing.cfg.Searched; searched != nil {
		searched(p.Path)
	}
	in := p.input(groups)
	in.Foreign = p.foreign
	return find.NewSearch(in)
}

// Find returns the files of the package with their sites, as they are if no other package
// is patched.
func (p *Package) Find() []*find.File { return p.Search().Files(false) }
