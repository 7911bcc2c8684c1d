package insource

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/greenify-go/greenify/rewrite/find"
	"github.com/greenify-go/greenify/rewrite/find/load"
	"github.com/greenify-go/greenify/rewrite/splice"
)

// A Finding is a site as check reports it. Its position is the one that go vet
// prints: that of the file which a line directive names, where there is one, and then
// without a column if that names none.
type Finding struct {
	File     string    `json:"file"` // relative to where the command works, with slashes
	Line     int       `json:"line"`
	Column   int       `json:"column"` // 0 if it is not known
	Package  string    `json:"package"`
	Func     string    `json:"func,omitempty"` // "F" or "T.F", "" outside of functions
	Category find.Kind `json:"category"`
	Symbol   string    `json:"symbol"` // what is there: "time.Sleep", "send"
	Becomes  string    `json:"becomes,omitempty"`
	Message  string    `json:"message"`
	Fixable  bool      `json:"-"` // Check with fix removes it
}

// Key names a finding without its line, so that a baseline outlives edits
// elsewhere in the file.
func (f Finding) Key() string {
	return strings.Join([]string{f.File, f.Func, string(f.Category), f.Symbol}, "\t")
}

// String is the finding as go vet prints it.
func (f Finding) String() string {
	return fmt.Sprintf("%s: %s (%s)", token.Position{Filename: f.File, Line: f.Line, Column: f.Column}, f.Message, f.Category)
}

// Findings are what Check found.
type Findings struct {
	List  []Finding // package by package and by position
	Notes []string  // what was left out, for the user
}

// Check looks for what would keep green threads from cooperating. With fix it patches
// first, as Rewrite does, and finds what remains.
func Check(cfg Config, fix bool) (*Findings, error) {
	c := newCommand(cfg)
	defer c.close()
	if c.writes = fix; fix {
		c.keeps = &results{c.store, c.Groups}
		if _, _, err := c.rewrite(); err != nil {
			return nil, err
		}
	}
	found, err := c.findings()
	if err != nil {
		return nil, c.failed(err)
	}
	return &Findings{found, c.notes}, nil
}

// findings lists the sites of the packages, package by package and by position.
// Only packages that have changed, or import one that has, are looked at; the
// findings of the others were kept.
func (c *command) findings() ([]Finding, error) {
	list, err := c.list(false, "./...")
	if err != nil {
		return nil, err
	}
	listings, err := c.listings(list)
	if err != nil {
		return nil, err
	}
	results := &results{c.store, c.Groups}
	found := []Finding{} // not nil: in JSON it is an array
	seen := map[string]bool{}
	registers := map[string]bool{} // packages of which it is known that they do not
	patched := isPatched(list)
	for _, l := range listings {
		kept, err := results.listing(l, seen)
		if err != nil {
			return nil, c.inView(l, err)
		}
		for _, p := range kept {
			for _, k := range p.findings {
				f := k.Finding
				register := f.Category == find.Register && f.Symbol == "package"
				if register && !patched {
					continue // nothing is registered in a module where nothing is patched
				}
				twice := seen[filepath.Join(p.Dir, k.In)] || register && registers[f.Package]
				if !filepath.IsAbs(f.File) {
					f.File = filepath.Join(p.Dir, f.File)
				}
				if f.File = c.rel(f.File); !twice {
					f.Fixable = k.Fix
					found = append(found, f)
				}
			}
		}
		for _, p := range kept {
			for _, name := range p.Files() {
				seen[name] = true
			}
			for _, f := range p.findings {
				registers[f.Package] = registers[f.Package] || f.Category == find.Register
			}
		}
	}
	results.trim()
	slices.SortStableFunc(found, func(a, b Finding) int {
		return cmp.Or(strings.Compare(path.Dir(a.File), path.Dir(b.File)), strings.Compare(a.File, b.File), a.Line-b.Line, a.Column-b.Column)
	})
	return found, nil
}

// A searched package has its findings.
type searched struct {
	*load.Listed
	findings []kept
}

// A kept finding is one as it is kept: what it names are files of the package's
// folder, wherever that is.
type kept struct {
	Finding
	In  string `json:"in"`  // the Go file that it was found in
	Fix bool   `json:"fix"` // check -fix removes it
}

// listing searches the packages of a listing that have files which were not seen.
func (r *results) listing(l *load.Listing, seen map[string]bool) ([]searched, error) {
	var list []searched
	var wanted, missing []*load.Listed
	keys := l.Keys()
	for _, p := range l.Roots {
		if files := p.Files(); len(files) == 0 || slices.ContainsFunc(files, func(name string) bool { return !seen[name] }) {
			wanted = append(wanted, p)
		}
	}
	found, ok := r.getAll(wanted, keys)
	for i, p := range wanted {
		if ok[i] {
			list = append(list, searched{p, found[i]})
		} else {
			missing = append(missing, p)
		}
	}
	if len(missing) == 0 {
		return list, nil
	}
	pkgs, err := l.Load(missing...)
	if err != nil {
		return nil, err
	}
	for _, p := range pkgs {
		found := packageFindings(p)
		r.put(keys[p.Listed], found)
		list = append(list, searched{p.Listed, found})
	}
	return list, nil
}

// packageFindings lists the sites of a package. Its files are named without their
// folder.
func packageFindings(p *load.Package) []kept {
	var list []kept
	for _, f := range p.Find() {
		for _, s := range f.Sites {
			if s.Skip != "" {
				continue
			}
			pos := p.Fset.Position(s.Pos)
			file := pos.Filename
			if to := p.Listing().Replaced(file); to != "" {
				file = to
			}
			if rel, err := filepath.Rel(p.Dir, file); err == nil {
				file = rel
			}
			list = append(list, kept{In: filepath.Base(f.Name), Fix: !f.Generated && (s.Active() || s.Kind == find.Mixed), Finding: Finding{
				File: file, Line: pos.Line, Column: pos.Column,
				Package: p.Path, Func: enclosing(f.Syntax, s), Category: s.Kind, Symbol: s.What, Becomes: s.To, Message: s.Message,
			}})
		}
	}
	return list
}

// enclosing names the function or method that a site is in.
func enclosing(file *ast.File, s *find.Site) string {
	for _, d := range file.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Pos() <= s.Pos && s.Pos < fn.End() {
			return splice.FuncName(fn)
		}
	}
	return ""
}

// Baseline lists findings for a file: file, function, category, symbol, and how many
// there are of the same.
func Baseline(found []Finding) []byte {
	count := map[string]int{}
	for _, f := range found {
		count[f.Key()]++
	}
	var b strings.Builder
	for _, k := range sorted(count) {
		fmt.Fprintf(&b, "%s\t%d\n", k, count[k])
	}
	return []byte(b.String())
}

// Subtract removes the findings that a baseline lists. Of those with the same
// key it keeps the last ones if there are more than listed.
func Subtract(found []Finding, baseline string) ([]Finding, error) {
	known := map[string]int{}
	for line := range strings.Lines(baseline) {
		line = strings.TrimRight(line, "\r\n")
		i := strings.LastIndexByte(line, '\t')
		var n int
		if i < 0 || strings.Count(line, "\t") != 4 {
			return nil, fmt.Errorf("line %q is not of a baseline: write the file with -update", line)
		}
		if _, err := fmt.Sscan(line[i+1:], &n); err != nil {
			return nil, fmt.Errorf("line %q has no count: write the file with -update", line)
		}
		known[line[:i]] += n
	}
	return slices.DeleteFunc(found, func(f Finding) bool {
		known[f.Key()]--
		return known[f.Key()] >= 0
	}), nil
}
