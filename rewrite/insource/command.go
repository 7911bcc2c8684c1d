package insource

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pmezard/go-difflib/difflib"

	"github.com/greenify-go/greenify/rewrite/find"
	"github.com/greenify-go/greenify/rewrite/find/load"
)

// Config says what a command looks at.
type Config struct {
	Dir          string    // where packages are looked for; "" is the current folder
	Patterns     []string  // of packages; none are all, of Generate the one in Dir
	Tags         string    // build tags, separated by commas
	Overlay      string    // as the go command's flag says
	Everywhere   bool      // look at the files for other platforms and tags, too
	Groups       []string  // module groups to patch; nil is all
	AllowPartial bool      // go on with groups that may deadlock
	Get          bool      // require package green in go.mod and go.sum, if the module does not, as a part of the change
	Stderr       io.Writer // gets the lines in which the go command says that it downloads something; may be nil

	// Progress is called, one call at a time, as packages are type-checked; may be nil.
	Progress func(done, all int)

	searched func(path string) // as load.Config.Searched
}

// A command is one run of a command.
type command struct {
	Config
	writes    bool         // it may change files of the module
	modules   []string     // folders of the modules of the packages that the patterns name
	unchecked bool         // go on where package green cannot be imported, and do not type-check what imports it
	notes     []string     // for the user, when all went well
	required  *requirement // what Get changes; nil if nothing
	keeps     *results     // keep the findings of packages that stay as they are; may be nil
	store     *store
}

func newCommand(cfg Config) *command {
	cfg.Dir = cmp.Or(cfg.Dir, ".")
	return &command{Config: cfg, store: openStore()}
}

// close ends a command.
func (c *command) close() {
	c.end()
	c.store.close()
}

// halfPatched is said of files that an interrupted rewrite has left.
const halfPatched = "an interrupted rewrite left these files half patched: greenify rewrite -w finishes it"

// failed is the error of a command: files that are half patched may be why.
func (c *command) failed(err error) error {
	if !c.writes && unfinished(c.root()) {
		return fmt.Errorf("%w\n%s", err, halfPatched)
	}
	return err
}

// list lists the packages that the patterns name, those of all if none. A
// command that writes finishes an interrupted rewrite before; one that only reads
// says that there is one.
func (c *command) list(green bool, all string) (*load.Listing, error) {
	if c.writes {
		if err := Recover(c.root()); err != nil {
			return nil, err
		}
	} else if unfinished(c.root()) {
		c.note(halfPatched)
	}
	patterns := c.Patterns
	if len(patterns) == 0 {
		patterns = []string{all}
	}
	cfg := load.Config{Dir: c.Dir, Tests: true, Green: green, Groups: c.Groups, Facts: true, Cache: c.store, Stderr: c.Stderr, Progress: c.Progress, Searched: c.searched}
	if c.Tags != "" {
		cfg.Flags = append(cfg.Flags, "-tags="+c.Tags)
	}
	if c.Overlay != "" {
		cfg.Flags = append(cfg.Flags, "-overlay="+c.Overlay)
	}
	list, err := load.List(cfg, patterns...)
	if err == nil && green {
		err = list.ArchError()
	}
	if err == nil && green && c.Get && list.GreenError() != nil {
		if c.required, err = c.require(list); err == nil {
			cfg.Flags = append(cfg.Flags, c.required.flags...)
			list, err = load.List(cfg, patterns...)
		}
	}
	if err != nil {
		return nil, err
	}
	c.store.share(list.CacheProg(), c.Stderr)
	for _, p := range slices.Concat(list.Roots, list.Excluded) {
		if p.Module != nil && p.Module.Dir != "" && !slices.Contains(c.modules, p.Module.Dir) {
			c.modules = append(c.modules, p.Module.Dir)
		}
	}
	return list, nil
}

// swap makes the edits to files of the packages, and those of Get, all of them or none.
func (c *command) swap(files map[string]fileEdit) error {
	maps.Copy(files, c.moduleFiles(files))
	c.end() // a signal must not end the process between the files
	return swap(append([]string{c.root()}, c.modules...), files)
}

// moduleFiles are the edits of Get: in the modules in which files change.
func (c *command) moduleFiles(files map[string]fileEdit) map[string]fileEdit {
	changed := map[string]fileEdit{}
	if c.required == nil {
		return changed
	}
	for name, ed := range c.required.files {
		if below := filepath.Dir(name) + string(filepath.Separator); slices.ContainsFunc(sorted(files), func(file string) bool { return strings.HasPrefix(file, below) }) {
			changed[name] = ed
		}
	}
	return changed
}

// root is the folder of the workspace or main module that the command works in.
func (c *command) root() string {
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return c.Dir
	}
	mod := dir
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Stat(filepath.Join(d, "go.work")); err == nil {
			return d
		}
		if _, err := os.Stat(filepath.Join(d, "go.mod")); err == nil && mod == dir {
			mod = d
		}
		if d == filepath.Dir(d) {
			return mod
		}
	}
}

// foreign is the error about a package that a command which writes is not to touch, because
// it belongs to another module: others may use that, and its files may be those of the
// module cache.
func (c *command) foreign(p *load.Listed) error {
	if p.InMain() && p.Dir != "" {
		return nil
	}
	if p.Error != nil {
		return fmt.Errorf("nothing was written: %s", p.Error.Err)
	}
	where, what, remedy := p.Dir, p.Path()+" is not a package of the main module", "name packages of the module that you work in"
	if files := p.Files(); len(files) > 0 {
		where = c.rel(files[0]) + ":1"
	}
	if p.Path() == "command-line-arguments" {
		what, remedy = "only the whole package of a file is patched", "name its folder, "+c.rel(p.Dir)
	} else if p.Replaced() {
		remedy = "run greenify in its folder, " + p.Module.Dir
	}
	return fmt.Errorf("%s: nothing was written: %s: %s", where, what, remedy)
}

// rel is a file's name for people: relative to where the command works.
func (c *command) rel(name string) string {
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return name
	}
	if r, err := filepath.Rel(dir, name); err == nil && !strings.HasPrefix(r, "..") {
		return filepath.ToSlash(r)
	}
	return name
}

// A change is one file before and after.
type change struct {
	old, new []byte
	sites    int
	from     string // the file that stands for it in an overlay; "" if none does
}

// prepare returns every change to the packages that the arguments name, after
// type-checking all of them, and the number of sites that stay blocking.
func (c *command) prepare() (map[string]change, int, error) {
	list, err := c.list(true, "./...")
	if err != nil {
		return nil, 0, err
	}
	if c.writes {
		c.store.share(list.CacheProg(), c.Stderr)
		for _, p := range slices.Concat(list.Roots, list.Excluded) {
			if err := c.foreign(p); err != nil {
				return nil, 0, err
			}
		}
	}
	keys := map[*load.Listed]string{}
	views, err := c.views(list, func(l *load.Listing) []*load.Listed {
		if c.keeps != nil {
			maps.Copy(keys, l.Keys())
		}
		return l.Roots
	})
	if err != nil {
		return nil, 0, err
	}
	// A program whose packages are patched needs the hub, wherever in it they are.
	patched := map[string]bool{find.GreenPath: true, find.PatchedPath: true} // what imports it is patched
	for _, v := range views {
		for _, p := range v.packages {
			for _, f := range p.Find() {
				patched[p.Path] = patched[p.Path] || f.Active() && !f.Generated
			}
		}
	}
	hub := needHub(views, func(l *load.Listed) bool { return patched[l.Path()] })
	// What is patched in a file is what the first view that has it makes of it: those after
	// must want the same. In the end each must accept what is there.
	w := &writer{command: c, new: map[string][]byte{}, changes: map[string]change{}, sites: map[string]string{}, registered: map[string]bool{}, patched: isPatched(list)}
	if err := list.GreenError(); err != nil && c.unchecked {
		w.blind = true
		c.note("the patched source is not type-checked, -get would do it: %v", err)
	}
	for _, v := range views {
		for _, p := range v.packages {
			if err := w.patch(p, hub[p.Path]); err != nil {
				return nil, 0, c.inView(v.Listing, err)
			}
		}
	}
	for _, v := range views {
		for _, p := range v.packages {
			q, err := w.now(p)
			if err != nil {
				return nil, 0, c.inView(v.Listing, err)
			}
			if c.keeps != nil && q == p {
				c.keeps.put(keys[p.Listed], packageFindings(p))
			}
		}
	}
	return w.changes, w.left, nil
}

// isPatched reports whether a package of the user's is patched: only then packages have
// to be registered, which is a part of patching the first one.
func isPatched(list *load.Listing) bool {
	return slices.ContainsFunc(list.All, func(l *load.Listed) bool { return l.InMain() && slices.ContainsFunc(l.Imports, find.Runtime) })
}

// A writer collects the changes to packages.
type writer struct {
	*command
	new     map[string][]byte // by file
	changes map[string]change
	sites   map[string]string // of the files that were seen, what is patched in them
	left    int

	patched    bool            // something was patched before
	blind      bool            // what is changed is not type-checked: it imports what is not there
	registered map[string]bool // files that took the registration of their package
}

// now is a package with the changes so far.
func (w *writer) now(p *load.Package) (*load.Package, error) {
	if w.blind || !slices.ContainsFunc(p.Names, func(name string) bool { return w.new[name] != nil }) {
		return p, nil
	}
	q, err := p.With(w.new)
	if err != nil {
		return nil, fmt.Errorf("the patched package %s does not type-check, nothing was written: %w", p.Path, err)
	}
	return q, nil
}

// differs is the error about a file that all platforms have.
func (c *command) differs(name string) error {
	return fmt.Errorf("%s:1: what is to be patched in it differs by platform or tags, because what it uses does: move that part into a file for one platform", c.rel(name))
}

// patch adds the changes to one package.
func (w *writer) patch(p *load.Package, hub bool) error {
	seen := map[string]bool{}
	registered := slices.ContainsFunc(p.Names, func(name string) bool { return w.registered[name] })
	var files []*find.File
	for _, f := range p.Search().Files(hub) {
		sites := ""
		for _, s := range f.Sites {
			if s.Active() && s.Kind != find.Register { // which file that is in differs
				sites += fmt.Sprintln(p.Fset.PositionFor(s.Pos, false), s.What, s.To)
			}
		}
		before, ok := w.sites[f.Name]
		if ok && before != sites {
			return w.differs(f.Name)
		}
		seen[f.Name], w.sites[f.Name] = ok, sites
		files = append(files, f.Without(func(s *find.Site) bool { return ok || registered && s.Kind == find.Register }))
	}
	patched, err := patchFiles(p.Fset, files)
	if err != nil {
		return err
	}
	if len(patched) > 0 && !w.blind {
		if err := p.Listing().GreenError(); err != nil {
			return cannotImport(err)
		}
	}
	for _, f := range files {
		n := 0
		for _, s := range f.Sites {
			if s.What == find.WiderPatch {
				return fmt.Errorf("%v: %s", p.Fset.Position(s.Pos), s.Message)
			}
			if s.Kind == find.Mixed && !f.Generated {
				n++ // as check counts it
			} else if s.Active() && !f.Generated {
				if s.Kind != find.Register || w.patched { // likewise
					n++
				}
				w.registered[f.Name] = w.registered[f.Name] || s.Kind == find.Register
			} else if s.Kind == find.Blocking || s.Kind == find.Cgo || s.Active() {
				w.left++
			}
		}
		if out, ok := patched[f.Name]; ok {
			w.new[f.Name] = out
			w.changes[f.Name] = change{p.Source[f.Name], out, n, p.Listing().Replaced(f.Name)}
		}
	}
	return nil
}

// Changes are what a command made of files, or would make of them.
type Changes struct {
	Files     []Change // by name, those of Get last
	Sites     int      // that are patched in them
	Remaining int      // that stay blocking
	Notes     []string // what was left out, for the user
	Source    int      // how many of the files are no go.mod, go.sum or go.work
}

// A Change is one file before and after.
type Change struct {
	Name     string // for people: relative to where the command works, with slashes
	Old, New []byte
}

// Diff returns the change as a unified diff.
func (ch Change) Diff() (string, error) {
	return difflib.GetUnifiedDiffString(difflib.UnifiedDiff{
		A: diffLines(ch.Old), FromFile: "a/" + ch.Name,
		B: diffLines(ch.New), ToFile: "b/" + ch.Name,
		Context: 3,
	})
}

// diffLines splits a file as a diff has it. (difflib.SplitLines adds an empty line.)
func diffLines(text []byte) []string {
	list := slices.Collect(strings.Lines(string(text)))
	if n := len(list); n > 0 && !strings.HasSuffix(list[n-1], "\n") {
		list[n-1] += "\n\\ No newline at end of file\n"
	}
	return list
}

func (c *command) changes(changes map[string]change, left int) *Changes {
	out := &Changes{Remaining: left, Notes: c.notes}
	for _, name := range sorted(changes) {
		ch := changes[name]
		out.Sites += ch.sites
		out.Files = append(out.Files, Change{c.rel(cmp.Or(ch.from, name)), ch.old, ch.new})
	}
	out.Source = len(out.Files)
	module := c.moduleFiles(edits(changes))
	for _, name := range sorted(module) {
		out.Files = append(out.Files, Change{c.rel(name), module[name].old, module[name].new})
	}
	return out
}

// Diff returns what Rewrite would change.
func Diff(cfg Config) (*Changes, error) {
	c := newCommand(cfg)
	defer c.close()
	c.unchecked = !c.Get // it writes nothing
	changes, left, err := c.prepare()
	if err != nil {
		return nil, c.failed(err)
	}
	return c.changes(changes, left), nil
}

// Rewrite patches the files of the packages, all of them or none.
func Rewrite(cfg Config) (*Changes, error) {
	c := newCommand(cfg)
	defer c.close()
	c.writes = true
	changes, left, err := c.rewrite()
	if err != nil {
		return nil, err
	}
	return c.changes(changes, left), nil
}

// rewrite changes the files of the packages, all of them or none. It returns
// what prepare does.
func (c *command) rewrite() (map[string]change, int, error) {
	changes, left, err := c.prepare()
	if err != nil || len(changes) == 0 {
		return nil, left, err
	}
	for _, name := range sorted(changes) {
		if ch := changes[name]; ch.from != "" {
			return nil, 0, fmt.Errorf("nothing was written: %s is what %s stands for in the overlay, and only files in their place are rewritten: leave out -overlay", c.rel(name), c.rel(ch.from))
		}
	}
	return changes, left, c.swap(edits(changes))
}

func edits(changes map[string]change) map[string]fileEdit {
	files := map[string]fileEdit{}
	for name, ch := range changes {
		files[name] = fileEdit{ch.old, ch.new}
	}
	return files
}
