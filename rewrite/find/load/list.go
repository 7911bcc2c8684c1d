package load

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/version"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/greenify-go/greenify/rewrite/find"
	"github.com/greenify-go/greenify/rewrite/rules"
	"github.com/greenify-go/greenify/rewrite/toolchain"
)

// A Config says where and how to look for packages.
type Config struct {
	Dir   string   // "" for the current directory
	Env   []string // nil for that of the process
	Flags []string // of the go command, such as -tags=x

	// Tests adds test files: a package is loaded with those of its own, and its
	// external tests are one more package.
	Tests bool

	// Green makes packages green and patched available to With, whether or not anything
	// imports it. It is no error if the module does not require it; With says so.
	Green bool

	Groups []string // module groups that Find looks for; nil is all of them

	// Facts has Find look at what the packages have to do with those of other modules.
	Facts  bool
	Cache  Cache     // of facts; nil if there is none
	Stderr io.Writer // gets the lines in which the go command says that it downloads something; may be nil

	// Progress is called, one call at a time, as packages are type-checked; may be nil.
	Progress func(done, all int)

	// Searched is called with the path of each package that the finder searches; may be nil.
	Searched func(path string)

	source bool // type-check all from source, export data of none
}

// A Listing is what the go command says of packages and all that they import.
type Listing struct {
	cfg      Config
	patterns []string
	env      goEnv
	overlay  overlay
	view     view
	All      []*Listed // what is imported comes before who imports it
	byID     map[string]*Listed
	facts    map[*Listed]packageFacts // of foreign packages

	greenErr error // what the go command says against package green

	// Roots are the packages that the patterns match: with Tests, each in the
	// form that has its test files, and external tests.
	Roots []*Listed

	// Excluded are packages that a pattern names but that have no file here.
	Excluded []*Listed
}

// A Listed package is what go list says of it.
type Listed struct {
	ImportPath     string // for a variant made for a test "path [main.test]"
	ForTest        string
	Dir, Name      string
	Standard       bool
	DepOnly        bool
	Module         *module
	GoFiles        []string
	CgoFiles       []string
	IgnoredGoFiles []string
	Imports        []string          // import paths, of variants where these are meant
	ImportMap      map[string]string // path in the source to import path, if they differ
	Error          *struct{ Pos, Err string }

	files []string // GoFiles and CgoFiles, sorted
	deps  map[*Listed]bool
}

type module struct {
	Path, Version, Dir, GoVersion string
	Main                          bool
	Replace                       *struct{ Version string }
}

// Files names the files of the package, cgo's included.
func (l *Listed) Files() []string {
	var list []string
	for _, name := range l.files {
		list = append(list, filepath.Join(l.Dir, name))
	}
	return list
}

// InMain reports whether the package belongs to a main module.
func (l *Listed) InMain() bool { return l.Module != nil && l.Module.Main }

// Replaced reports whether the package belongs to a module that go.mod or go.work replaces
// with a folder.
func (l *Listed) Replaced() bool {
	return l.Module != nil && l.Module.Replace != nil && l.Module.Replace.Version == ""
}

// local reports whether the sources are the user's own, and may change at any
// time.
func (l *Listed) local() bool { return !l.Standard && (l.Module == nil || l.Module.Main) }

// DependsOn reports whether a package that p imports, however indirectly, is one
// that the function picks.
func (l *Listed) DependsOn(picks func(*Listed) bool) bool {
	seen := map[*Listed]bool{}
	var visit func(p *Listed) bool
	visit = func(p *Listed) bool {
		for q := range p.deps {
			if !seen[q] {
				seen[q] = true
				if picks(q) || visit(q) {
					return true
				}
			}
		}
		return false
	}
	return visit(l)
}

// Path is the import path as the source of importers has it.
func (l *Listed) Path() string {
	path, _, _ := strings.Cut(l.ImportPath, " ")
	return path
}

type goEnv struct{ GOVERSION, GOROOT, GOOS, GOARCH, GOMODCACHE, GOFLAGS, CGO_ENABLED, GOEXPERIMENT, GOCACHEPROG string }

// CacheProg is the program that GOCACHEPROG names, and its arguments; nil if it names none.
func (l *Listing) CacheProg() []string { return SplitFlags(l.env.GOCACHEPROG) }

// List asks the go command for the packages that match the patterns. It builds
// nothing.
func List(cfg Config, patterns ...string) (*Listing, error) {
	l := &Listing{cfg: cfg, patterns: patterns, byID: map[string]*Listed{}}
	// By name: for all of them the go command asks the C compiler.
	out, err := l.command("env", "-json", "GOVERSION", "GOROOT", "GOOS", "GOARCH", "GOMODCACHE", "GOFLAGS", "CGO_ENABLED", "GOEXPERIMENT", "GOCACHEPROG")
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(out, &l.env); err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	if err := toolchain.CheckRelease(l.env.GOVERSION); err != nil {
		return nil, err
	}
	// As in the go command, a flag hides that of GOFLAGS.
	if l.overlay, err = readOverlay(cfg.Dir, append(SplitFlags(l.env.GOFLAGS), cfg.Flags...)); err != nil {
		return nil, err
	}
	l.view = l.first()
	args := []string{"-e", "-deps", "-json=ImportPath,ForTest,Dir,Name,Standard,DepOnly,Module,GoFiles,CgoFiles,IgnoredGoFiles,Imports,ImportMap,Error"}
	if cfg.Tests {
		args = append(args, "-test")
	}
	args = append(args, "--")
	if out, err = l.list(append(args, patterns...)...); err != nil {
		return nil, err
	}
	if err := l.add(out); err != nil {
		return nil, err
	}
	if cfg.Green && l.byID[find.PatchedPath] == nil {
		if out, err := l.list("-e", "-deps", "-json=ImportPath,Dir,Name,Standard,DepOnly,Module,GoFiles,CgoFiles,Imports,ImportMap,Error", "--", find.PatchedPath); err != nil {
			l.greenErr = err
		} else if err := l.add(out); err != nil {
			return nil, err
		}
	}
	l.roots()
	if len(l.Roots)+len(l.Excluded) == 0 && !cfg.source {
		return nil, fmt.Errorf("no packages match %s", strings.Join(patterns, " "))
	}
	return l, nil
}

// GreenError says why package green cannot be imported; nil if it can.
func (l *Listing) GreenError() error {
	if err := l.ArchError(); err != nil {
		return err
	}
	err := l.greenErr
	if p := l.byID[find.PatchedPath]; err == nil && p == nil {
		err = errors.New("it is not listed")
	} else if err == nil && p.Error != nil {
		err = p.listError()
	}
	if err == nil {
		return nil
	}
	// The go command's own advice is about modules that import what they require:
	// go mod tidy would take the requirement out again.
	why, _, _ := strings.Cut(err.Error(), "; to ")
	for _, p := range l.All {
		if p.InMain() && version.Compare("go"+p.Module.GoVersion, "go"+find.GreenGo) < 0 && strings.Contains(why, "updates to go.mod needed") {
			why = fmt.Sprintf("it needs go %s, and the go line of go.mod says %s", find.GreenGo, p.Module.GoVersion)
		}
	}
	return fmt.Errorf("patched code imports %s, and this module cannot:\n%s", find.PatchedPath, why)
}

// ArchError says that package green is not there for the architecture.
func (l *Listing) ArchError() error {
	if !slices.Contains(rules.Archs, l.env.GOARCH) {
		return fmt.Errorf("GOARCH=%s is not supported: code that is patched in source runs on %s", l.env.GOARCH, strings.Join(rules.Archs, " and "))
	}
	return nil
}

func (l *Listing) add(out []byte) error {
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		p := &Listed{}
		if err := dec.Decode(p); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("go list: %w", err)
		}
		if l.byID[p.ImportPath] != nil {
			continue
		}
		p.files = slices.Sorted(slices.Values(slices.Concat(p.GoFiles, p.CgoFiles)))
		p.deps = map[*Listed]bool{}
		for _, path := range p.Imports {
			if q := l.byID[path]; q != nil && !p.deps[q] {
				p.deps[q] = true
			}
		}
		l.All = append(l.All, p)
		l.byID[p.ImportPath] = p
	}
}

// roots chooses the packages to look at.
func (l *Listing) roots() {
	for _, p := range l.All {
		testMain := strings.HasSuffix(p.ImportPath, ".test") && p.ForTest == "" && p.Name == "main" && l.cfg.Tests
		if p.DepOnly || testMain || find.Runtime(p.Path()) {
			continue
		}
		if p.ForTest != "" && p.Path() != p.ForTest && p.Path() != p.ForTest+"_test" {
			continue // a package that is built again because it imports the tested one
		}
		if p.ForTest == "" && l.byID[p.ImportPath+" ["+p.ImportPath+".test]"] != nil {
			continue // it is there with its test files
		}
		if p.Error != nil && len(p.files) == 0 && len(p.IgnoredGoFiles) > 0 {
			l.Excluded = append(l.Excluded, p)
			continue
		}
		l.Roots = append(l.Roots, p)
	}
}

// list runs go list.
func (l *Listing) list(args ...string) ([]byte, error) {
	return l.command(append(append([]string{"list"}, l.cfg.Flags...), args...)...)
}

// command runs the go command. Its error is what that says.
func (l *Listing) command(args ...string) ([]byte, error) {
	cmd := exec.Command("go", args...)
	cmd.Dir, cmd.Env = l.cfg.Dir, l.cfg.Env
	stderr := toolchain.Downloads{To: l.cfg.Stderr}
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		if said := strings.TrimSpace(stderr.Others()); said != "" {
			return nil, fmt.Errorf("%s", said)
		}
		return nil, fmt.Errorf("go %s: %w", args[0], err)
	}
	return out, nil
}
