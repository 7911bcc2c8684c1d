package load

import (
	"bytes"
	"encoding/json"
	"go/types"
	"os"

	"github.com/greenify-go/greenify/rewrite/find"
)

// Packages of other modules are not patched. What is known of their functions, their facts,
// is computed from their sources, package by package, each after those that it imports, and
// kept by the package's key: of a dependency that has not changed no file is opened.

// A Cache keeps facts of packages between runs, as bytes by a key. It is a help only.
type Cache interface {
	Get(key string) ([]byte, bool)
	Put(key string, data []byte)
}

// packageFacts are those of the functions of a package, by find.FuncKey; nil if nothing is
// known, because the package does not type-check.
type packageFacts map[string]find.Fact

// foreign reports whether a package is of another module, and so not patched.
func (l *Listed) foreign() bool { return !l.local() && !l.Standard && !find.Runtime(l.Path()) }

// loadFacts computes the facts of the foreign packages that the roots import, however
// indirectly.
func (l *Listing) loadFacts(roots []*Listed) error {
	if !l.cfg.Facts {
		return nil
	}
	wanted := map[*Listed]bool{}
	var visit func(p *Listed)
	visit = func(p *Listed) {
		for q := range p.deps {
			if !wanted[q] {
				wanted[q] = true
				visit(q)
			}
		}
	}
	for _, p := range roots {
		visit(p)
	}
	if l.facts == nil {
		l.facts = map[*Listed]packageFacts{}
	}
	keys := l.keys()
	var missing []*Listed
	for _, p := range l.All {
		if _, ok := l.facts[p]; ok || !wanted[p] || !p.foreign() {
			continue
		}
		var facts packageFacts
		if data, ok := l.cfg.cached(keys[p]); ok && json.NewDecoder(bytes.NewReader(data)).Decode(&facts) == nil {
			l.facts[p] = facts
		} else {
			missing = append(missing, p)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	ld := l.loader()
	for _, p := range missing {
		ld.need(p, true)
	}
	if err := ld.readNeeded(); err != nil {
		return err
	}
	ld.run()
	byPath := l.foreignByPath(wanted)
	for _, p := range missing {
		j := ld.work[p]
		facts := packageFacts{}
		if j.err != nil || j.Types == nil {
			facts = nil
		} else {
			in := j.input(nil)
			for fn, fact := range find.Facts(in, func(fn *types.Func) (find.Fact, bool) { return l.fact(byPath, fn) }) {
				facts[find.FuncKey(fn)] = fact
			}
		}
		j.Package = Package{} // what it was made of can go
		l.facts[p] = facts
		if data, err := json.Marshal(facts); err == nil && facts != nil && l.cfg.Cache != nil && keys[p] != "" {
			l.cfg.Cache.Put(keys[p], data)
		}
	}
	return nil
}

func (c Config) cached(key string) ([]byte, bool) {
	if c.Cache == nil || key == "" {
		return nil, false
	}
	return c.Cache.Get(key)
}

// foreignByPath finds foreign packages by the path that the source of importers has.
func (l *Listing) foreignByPath(among map[*Listed]bool) map[string]*Listed {
	paths := map[string]*Listed{}
	for p := range among {
		if p.foreign() && p.ForTest == "" {
			paths[p.Path()] = p
		}
	}
	return paths
}

func (l *Listing) fact(paths map[string]*Listed, fn *types.Func) (find.Fact, bool) {
	facts := l.facts[paths[fn.Pkg().Path()]]
	return facts[find.FuncKey(fn)], facts != nil
}

// foreign is what a root knows of packages that are not patched.
type foreign struct {
	*Listing
	paths map[string]*Listed
}

// Is reports whether a package is of another module.
func (f foreign) Is(pkg *types.Package) bool { return f.paths[pkg.Path()] != nil }

// Fact is that of one of its functions.
func (f foreign) Fact(fn *types.Func) (find.Fact, bool) { return f.fact(f.paths, fn) }

// foreign is nil if facts are not wanted.
func (l *Listing) foreign() find.Foreign {
	if !l.cfg.Facts {
		return nil
	}
	all := map[*Listed]bool{}
	for _, p := range l.All {
		all[p] = true
	}
	return foreign{l, l.foreignByPath(all)}
}

// input is what the finder gets.
func (p *Package) input(groups []string) find.Input {
	return find.Input{
		Fset: p.Fset, Files: p.Files, Pkg: p.Types, Info: p.Info, Groups: groups,
		Read: func(name string) ([]byte, error) {
			if src, ok := p.Source[name]; ok {
				return src, nil
			}
			return nil, os.ErrNotExist
		},
	}
}
