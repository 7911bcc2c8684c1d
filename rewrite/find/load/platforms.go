package load

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"iter"
	"maps"
	"math/bits"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/greenify-go/greenify/rewrite/rules"
)

// A listing has the files of one platform and one set of tags. Those that are
// left out are found in the folders of its packages, and in folders that have no
// file for this platform, which patterns with "..." pass over in silence
// (cmd/go/internal/load, PackagesAndErrors). For each of them there are a platform
// and tags that build it, but for a few; Elsewhere lists the packages once more
// for those.

// LeftOut names the files of the packages that the listing leaves out, but for
// those that never are part of a package: with the tag ignore, as is the custom,
// or one of greenify's own. It asks skip about the rest.
func (l *Listing) LeftOut(skip func(src []byte) bool) ([]string, error) {
	files, err := l.leftOut(skip)
	return slices.Sorted(maps.Keys(files)), err
}

// Elsewhere lists the same packages for other platforms and tags, as few as it
// takes to have every file that LeftOut names in one of the listings. What they
// are loaded from is source alone: nothing need be compiled for a platform that is
// not at hand. The rest are files that no listing has, and why.
func (l *Listing) Elsewhere(skip func(src []byte) bool) (others []*Listing, rest map[string]string, err error) {
	files, err := l.leftOut(skip)
	if err != nil || len(files) == 0 {
		return nil, nil, err
	}
	ports, err := l.ports()
	if err != nil {
		return nil, nil, err
	}
	var views []view
	rest = map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f := files[name]
		if f.alone {
			rest[name] = "package " + f.pkg + ", a program of its own"
			continue
		}
		if slices.ContainsFunc(views, func(v view) bool { return f.builtIn(l, v) }) {
			continue
		}
		if v, ok := f.solve(l, ports); ok {
			v.needs = name
			views = append(views, v)
		} else {
			rest[name] = "for no platform of " + strings.Join(rules.Archs, " or ") + ", and package green has no other"
		}
	}
	for _, v := range views {
		cfg := l.cfg
		cfg.source = true
		if cfg.Env == nil {
			cfg.Env = os.Environ()
		}
		cfg.Env = append(slices.Clone(cfg.Env), "GOOS="+v.goos, "GOARCH="+v.goarch, "CGO_ENABLED="+v.cgoEnabled())
		cfg.Flags = append(slices.DeleteFunc(slices.Clone(cfg.Flags), isTags), "-tags="+strings.Join(v.tags, ","))
		o, err := List(cfg, l.patterns...)
		if err != nil {
			return nil, nil, fmt.Errorf("for %v: %w", v, err)
		}
		o.view = v
		others = append(others, o)
	}
	return others, rest, nil
}

// String names the platform and the tags of the listing, as the go command is
// told them.
func (l *Listing) String() string { return l.view.String() }

// Needs is a file that the listing was made for; "" for the first one.
func (l *Listing) Needs() string { return l.view.needs }

// A view decides which files are part of a package.
type view struct {
	goos, goarch string
	cgo          bool
	tags         []string
	needs        string
}

func (v view) cgoEnabled() string {
	if v.cgo {
		return "1"
	}
	return "0"
}

func (v view) String() string {
	s := fmt.Sprintf("GOOS=%s GOARCH=%s CGO_ENABLED=%s", v.goos, v.goarch, v.cgoEnabled())
	if len(v.tags) > 0 {
		s += " -tags=" + strings.Join(v.tags, ",")
	}
	return s
}

// first is the view of a listing that was asked for.
func (l *Listing) first() view {
	v := view{goos: l.env.GOOS, goarch: l.env.GOARCH, cgo: l.env.CGO_ENABLED == "1"}
	// As in the go command, a flag hides that of GOFLAGS.
	for _, flag := range append(SplitFlags(l.env.GOFLAGS), l.cfg.Flags...) {
		if isTags(flag) {
			_, list, _ := strings.Cut(flag, "=")
			v.tags = strings.FieldsFunc(list, func(r rune) bool { return r == ',' })
		}
	}
	return v
}

func isTags(flag string) bool {
	return strings.HasPrefix(flag, "-tags=") || strings.HasPrefix(flag, "--tags=")
}

// context is what package go/build knows a view as.
func (v view) context(goversion string) *build.Context {
	ctxt := &build.Context{GOOS: v.goos, GOARCH: v.goarch, CgoEnabled: v.cgo, Compiler: "gc", BuildTags: v.tags, ToolTags: build.Default.ToolTags}
	// go1.26.8, go1.27rc1
	minor, _, _ := strings.Cut(strings.TrimPrefix(goversion, "go1."), ".")
	minor, _, _ = strings.Cut(minor, "rc")
	n, err := strconv.Atoi(minor)
	if err != nil {
		ctxt.ReleaseTags = build.Default.ReleaseTags
	}
	for i := 1; i <= n; i++ {
		ctxt.ReleaseTags = append(ctxt.ReleaseTags, fmt.Sprint("go1.", i))
	}
	return ctxt
}

// ports are the platforms that a file may be built for.
type ports struct {
	views []view          // the best to look at first
	names map[string]bool // of systems and architectures, all that there are
}

// A port is a platform as the go command describes it.
type port struct {
	GOOS, GOARCH             string
	CgoSupported, FirstClass bool
}

// less orders what is so before what is not.
func less(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// ports asks the go command for the platforms that it knows. The first is the one at
// hand; then come those of the same system, for which the rest of the package is
// most likely to be, those of the same architecture, and those that the Go project
// tests most. Tags are those of the listing.
func (l *Listing) ports() (ports, error) {
	out, err := l.command("tool", "dist", "list", "-json")
	if err != nil {
		return ports{}, err
	}
	var list []port
	if err := json.Unmarshal(out, &list); err != nil {
		return ports{}, fmt.Errorf("go tool dist list: %w", err)
	}
	names := map[string]bool{}
	for _, p := range list {
		names[p.GOOS], names[p.GOARCH] = true, true
	}
	here := l.first()
	turned := here
	turned.cgo = !here.cgo
	views := []view{here, turned}
	slices.SortStableFunc(list, func(a, b port) int {
		return cmp.Or(less(a.GOOS == here.goos, b.GOOS == here.goos), less(a.GOARCH == here.goarch, b.GOARCH == here.goarch), less(a.FirstClass, b.FirstClass))
	})
	for _, cgo := range []bool{false, true} {
		for _, p := range list {
			if slices.Contains(rules.Archs, p.GOARCH) && (!cgo || p.CgoSupported) {
				views = append(views, view{goos: p.GOOS, goarch: p.GOARCH, cgo: cgo, tags: here.tags})
			}
		}
	}
	return ports{views, names}, nil
}

// A leftOutFile is a file that a listing leaves out.
type leftOutFile struct {
	name        string
	src         []byte
	pkg         string
	alone       bool // of another package than its folder
	cgo         bool // imports C
	constraints []constraint.Expr
	tags        []string // that they name
}

func (l *Listing) leftOut(skip func(src []byte) bool) (map[string]*leftOutFile, error) {
	files := map[string]*leftOutFile{}
	add := func(dir, name, pkg string) error {
		name = filepath.Join(dir, name)
		src, err := l.overlay.read(name)
		if errors.Is(err, fs.ErrNotExist) && l.overlay != nil {
			return nil // the overlay removes it
		}
		if err != nil {
			return err
		}
		f := &leftOutFile{name: name, src: src}
		if f.header(); f.pkg != "documentation" && !f.reserved() && !skip(src) { // documentation: as in go/build
			f.alone = pkg != "" && f.pkg != "" && f.pkg != pkg && f.pkg != pkg+"_test"
			files[name] = f
		}
		return nil
	}
	seen := map[string]bool{}
	for _, p := range slices.Concat(l.Roots, l.Excluded) {
		if seen[p.Dir] {
			continue // the variant with tests, or without
		}
		seen[p.Dir] = true
		for _, name := range p.IgnoredGoFiles {
			if err := add(p.Dir, name, strings.TrimSuffix(p.Name, "_test")); err != nil {
				return nil, err
			}
		}
	}
	for _, p := range l.All {
		seen[p.Dir] = true // the patterns are not for it
	}
	if !slices.ContainsFunc(l.patterns, func(s string) bool { return strings.Contains(s, "...") }) {
		return files, nil
	}
	return files, l.skippedDirs(seen, func(dir, name string) error { return add(dir, name, "") })
}

// skippedDirs visits the Go files of the main modules in folders that were not seen.
// Which of them the patterns are for other listings will show.
func (l *Listing) skippedDirs(seen map[string]bool, visit func(dir, name string) error) error {
	roots := map[string]bool{}
	for _, p := range l.Roots {
		if p.InMain() {
			roots[p.Module.Dir] = true
		}
	}
	if len(l.Roots) == 0 {
		out, err := l.command("list", "-m", "-f={{.Dir}}")
		if err != nil {
			return nil // there are no modules, but GOPATH
		}
		for root := range strings.Lines(string(out)) {
			roots[strings.TrimSpace(root)] = true
		}
	}
	for root := range roots {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			dir, name := filepath.Split(path)
			dir = filepath.Clean(dir)
			// As in cmd/go/internal/modload, matchPackages.
			hidden := strings.HasPrefix(name, "_") || strings.HasPrefix(name, ".")
			switch {
			case !d.IsDir():
				if hidden || !strings.HasSuffix(name, ".go") || seen[dir] {
					return nil
				}
				return visit(dir, name)
			case path == root:
				return nil
			case hidden || name == "testdata" || name == "vendor" && dir == root:
				return filepath.SkipDir
			}
			if _, err := os.Stat(filepath.Join(path, "go.mod")); err == nil {
				return filepath.SkipDir
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, name := range l.overlayOnly(root) {
			if dir := filepath.Dir(name); !seen[dir] {
				if err := visit(dir, filepath.Base(name)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// overlayOnly names the Go files below root that only the overlay has.
func (l *Listing) overlayOnly(root string) []string {
	var list []string
	for name := range l.overlay {
		rel, err := filepath.Rel(root, name)
		hidden := slices.ContainsFunc(strings.Split(rel, string(filepath.Separator)), func(s string) bool {
			return strings.HasPrefix(s, "_") || strings.HasPrefix(s, ".") || s == "testdata" || s == "vendor"
		})
		if _, onDisk := os.Stat(name); err == nil && !hidden && strings.HasSuffix(name, ".go") && onDisk != nil {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

// header reads what decides where the file is built.
func (f *leftOutFile) header() {
	file, _ := parser.ParseFile(token.NewFileSet(), f.name, f.src, parser.ImportsOnly|parser.ParseComments)
	if file == nil {
		return // what is wrong with it the go command will say
	}
	if file.Name != nil {
		f.pkg = file.Name.Name
	}
	f.cgo = slices.ContainsFunc(file.Imports, func(s *ast.ImportSpec) bool { return s.Path.Value == `"C"` })
	for _, group := range file.Comments {
		for _, c := range group.List {
			x, err := constraint.Parse(c.Text)
			if err != nil || c.Pos() > file.Package {
				continue
			}
			f.constraints = append(f.constraints, x)
			x.Eval(func(tag string) bool { // calls it for every tag
				if !slices.Contains(f.tags, tag) {
					f.tags = append(f.tags, tag)
				}
				return false
			})
		}
	}
}

// reservedTags are those that no view has: ignore, by which programs beside a
// package are left out of it, and greenify's own, of twins and of whole-program
// builds.
var reservedTags = []string{"ignore", "green", "greenify"}

// reserved reports whether the file is built with a reserved tag only.
func (f *leftOutFile) reserved() bool {
	free := slices.DeleteFunc(slices.Clone(f.tags), func(tag string) bool { return slices.Contains(reservedTags, tag) })
	if len(free) == len(f.tags) {
		return false
	}
	for set := range subsets(free) {
		if !slices.ContainsFunc(f.constraints, func(x constraint.Expr) bool {
			return !x.Eval(func(tag string) bool { return slices.Contains(set, tag) })
		}) {
			return false
		}
	}
	return true
}

// subsets yields the subsets of the tags, smaller ones first. Of very many tags it
// takes some.
func subsets(tags []string) iter.Seq[[]string] {
	tags = tags[:min(len(tags), 8)]
	sets := make([]uint, 1<<len(tags))
	for i := range sets {
		sets[i] = uint(i)
	}
	slices.SortStableFunc(sets, func(a, b uint) int { return bits.OnesCount(a) - bits.OnesCount(b) })
	return func(yield func([]string) bool) {
		for _, set := range sets {
			var list []string
			for i, tag := range tags {
				if set&(1<<i) != 0 {
					list = append(list, tag)
				}
			}
			if !yield(list) {
				return
			}
		}
	}
}

// builtIn reports whether the file is part of its package in a view.
func (f *leftOutFile) builtIn(l *Listing, v view) bool {
	ctxt := v.context(l.env.GOVERSION)
	ctxt.OpenFile = func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(f.src)), nil }
	ok, err := ctxt.MatchFile(filepath.Split(f.name))
	return err == nil && ok && (v.cgo || !f.cgo)
}

// solve finds a view that builds the file: with as few of the tags that it names
// as can be, and then the first platform.
func (f *leftOutFile) solve(l *Listing, p ports) (view, bool) {
	fixed := []string{"unix", "cgo", "gc", "gccgo"}
	free := slices.DeleteFunc(slices.Clone(f.tags), func(tag string) bool {
		return p.names[tag] || slices.Contains(fixed, tag) || slices.Contains(reservedTags, tag) ||
			strings.HasPrefix(tag, "go1.") || strings.HasPrefix(tag, "goexperiment.")
	})
	for set := range subsets(free) {
		for _, v := range p.views {
			others := slices.DeleteFunc(slices.Clone(v.tags), func(tag string) bool { return slices.Contains(free, tag) })
			if v.tags = append(others, set...); f.builtIn(l, v) {
				return v, true
			}
		}
	}
	return view{}, false
}
