// Package toolchain makes and keeps the private Go toolchain with which
// greenify builds: a shadow GOROOT in greenify's cache, equal to the real one
// but for the files that the leaf rules patch and the files of the hub.
// Everything else stays plain cmd/go, so every flag of it works.
//
// The shadow is content-addressed: its name is a hash of the Go release, the
// rule table, the hub and the scope. Making it takes a second or two; using it
// again costs one lstat per file.
package toolchain

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/greenify-go/greenify/rewrite/rules"
	"github.com/greenify-go/greenify/rewrite/splice"
	"github.com/greenify-go/greenify/runtime/code"
	"github.com/greenify-go/greenify/runtime/hub"
	"github.com/greenify-go/greenify/runtime/setting"
)

// A Scope says whose go statements start green threads.
type Scope string

const (
	ScopeAll  Scope = "all"  // every package
	ScopeDeps Scope = "deps" // all but the standard library
	ScopeMain Scope = "main" // the main module
)

// ParseScope reads a -scope flag.
func ParseScope(s string) (Scope, error) {
	switch sc := Scope(s); sc {
	case ScopeAll, ScopeDeps, ScopeMain:
		return sc, nil
	}
	return "", fmt.Errorf("unknown scope %q: use all, deps or main", s)
}

// A Toolchain is a private toolchain, ready for use.
type Toolchain struct {
	Go      string   // the go command of the release that is patched
	Version string   // its version, such as go1.26.8
	GOROOT  string   // the shadow
	GOCACHE string   // the build cache for patched code
	Dir     string   // of the shadow, in greenify's cache
	Patched []string // files that differ from the release's, below GOROOT
	Mod     string   // the go.mod of the target, "" or os.DevNull if there is none
	Work    string   // its go.work, "" if there is none
}

// Options are the parameters of Open.
type Options struct {
	Dir      string                           // folder whose go.mod picks the Go release; "" is the current one
	Scope    Scope                            // "" is ScopeAll
	Groups   []string                         // module groups to patch; nil is all of them
	Disk     bool                             // offload calls that wait for a disk
	Locks    bool                             // locks know who holds them
	Sim      bool                             // one seed decides everything
	Workers  int                              // of the offload pool; 0 is the default
	CacheDir string                           // "" is CacheDir()
	Progress func(format string, args ...any) // called before work that takes seconds; may be nil
	Stderr   io.Writer                        // gets the lines in which the go command says that it downloads a release; may be nil
}

// CacheDir returns the folder of greenify's cache: $GREENIFYCACHE, or greenify
// in the user's cache folder.
func CacheDir() (string, error) {
	if dir := os.Getenv("GREENIFYCACHE"); dir != "" {
		if !filepath.IsAbs(dir) {
			return "", fmt.Errorf("GREENIFYCACHE is not an absolute path: %q", dir)
		}
		return dir, nil
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no folder for the cache: %w: set GREENIFYCACHE", err)
	}
	return filepath.Join(dir, "greenify"), nil
}

// goEnv is what `go env` says of the release that the target uses.
type goEnv struct{ GOROOT, GOVERSION, GOOS, GOARCH, GOMOD, GOWORK string }

// Open returns the private toolchain for the Go release that the target uses,
// making or repairing it first if need be.
func Open(opt Options) (*Toolchain, error) {
	if opt.Progress == nil {
		opt.Progress = func(string, ...any) {}
	}
	if opt.Scope == "" {
		opt.Scope = ScopeAll
	}
	if opt.Groups == nil {
		opt.Groups = rules.Groups
	}
	env, err := findGo(opt.Dir, opt.Stderr)
	if err != nil {
		return nil, err
	}
	if opt.CacheDir == "" {
		if opt.CacheDir, err = CacheDir(); err != nil {
			return nil, err
		}
	}
	p, err := load(env, opt)
	if err != nil {
		return nil, err
	}
	root := filepath.Join(opt.CacheDir, "goroot-"+env.GOVERSION+"-"+p.key)
	tc := &Toolchain{
		Go:      filepath.Join(env.GOROOT, "bin", "go"),
		Version: env.GOVERSION,
		GOROOT:  filepath.Join(root, env.GOROOT),
		GOCACHE: filepath.Join(opt.CacheDir, "build"),
		Dir:     root,
		Patched: p.changed(),
		Mod:     env.GOMOD,
		Work:    env.GOWORK,
	}
	s := shadow{dir: root, goroot: env.GOROOT, patch: p}
	if err := s.ensure(opt.Progress); err != nil {
		return nil, fmt.Errorf("cannot make the private toolchain: %w", err)
	}
	return tc, nil
}

// Environ returns environ changed so that the go command builds patched code.
func (tc *Toolchain) Environ(environ []string) []string {
	set := []string{"GOROOT=" + tc.GOROOT, "GOCACHE=" + tc.GOCACHE, "GOTOOLCHAIN=local"}
	// Of two values of one variable the first counts (syscall.Getenv), so the
	// old ones must go.
	environ = slices.DeleteFunc(slices.Clone(environ), func(kv string) bool {
		return slices.ContainsFunc(set, func(s string) bool {
			key, _, _ := strings.Cut(s, "=")
			return strings.HasPrefix(kv, key+"=")
		})
	})
	return append(environ, set...)
}

// findGo returns what askGo does, if the release and the target can be patched.
func findGo(dir string, stderr io.Writer) (goEnv, error) {
	env, err := askGo(dir, stderr)
	if err != nil {
		return env, err
	}
	if err := CheckRelease(env.GOVERSION); err != nil {
		return env, err
	}
	if err := CheckTarget(env.GOOS); err != nil {
		return env, err
	}
	if !slices.Contains(rules.Archs, env.GOARCH) {
		return env, fmt.Errorf("GOARCH=%s is not supported: greenify patches programs for %s", env.GOARCH, strings.Join(rules.Archs, " and "))
	}
	return env, nil
}

// askGo asks the go command which release it uses in dir: the toolchain line
// of a go.mod may pick another one than the command's own, which is downloaded then.
func askGo(dir string, stderr io.Writer) (goEnv, error) {
	var env goEnv
	goCmd, err := exec.LookPath("go")
	if err != nil {
		return env, fmt.Errorf("no go command: %w: install %s or add it to PATH", err, Supported[len(Supported)-1])
	}
	cmd := exec.Command(goCmd, "env", "-json", "GOROOT", "GOVERSION", "GOOS", "GOARCH", "GOMOD", "GOWORK")
	cmd.Dir = dir
	said := Downloads{To: stderr}
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return env, fmt.Errorf("go env: %s", strings.TrimSpace(said.Others()))
		}
		return env, err
	}
	if err := json.Unmarshal(out, &env); err != nil {
		return env, fmt.Errorf("go env: %w", err)
	}
	return env, nil
}

// Downloads is the standard error of a go command: the lines in which it says that
// it downloads something, a release above all, are passed on as they come.
type Downloads struct {
	To     io.Writer // nil: nowhere
	line   []byte    // the last one, not complete yet
	others bytes.Buffer
}

func (d *Downloads) Write(p []byte) (int, error) {
	for _, c := range p {
		d.line = append(d.line, c)
		if c == '\n' {
			d.end()
		}
	}
	return len(p), nil
}

func (d *Downloads) end() {
	if bytes.HasPrefix(d.line, []byte("go: downloading ")) {
		if d.To != nil {
			d.To.Write(d.line)
		}
	} else {
		d.others.Write(d.line)
	}
	d.line = d.line[:0]
}

// Others returns what else was said.
func (d *Downloads) Others() string {
	d.end()
	return d.others.String()
}

// Built reports whether the standard library was compiled with this toolchain, in a
// variant; the first build of one compiles it.
func (tc *Toolchain) Built(variant string) bool {
	_, err := os.Stat(tc.built(variant))
	return err == nil
}

// SetBuilt notes that the standard library was built. The note may be lost: that it cannot be
// written is not reported.
func (tc *Toolchain) SetBuilt(variant string) { os.WriteFile(tc.built(variant), nil, 0o644) }

// Turn waits until no other process compiles the standard library in a variant: many that begin
// at once would each compile all of it, and need the memory for that. Wait is called if one does.
func (tc *Toolchain) Turn(variant string, wait func()) (over func()) {
	f, err := os.OpenFile(tc.built(variant)+".lock", os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return func() {} // a cache that cannot be written: it compiles for itself
	}
	if unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) != nil {
		wait()
		for unix.Flock(int(f.Fd()), unix.LOCK_EX) == unix.EINTR {
		}
	}
	return func() { f.Close() }
}

func (tc *Toolchain) built(variant string) string {
	h := sha256.Sum256([]byte(variant))
	return filepath.Join(tc.Dir, "built-"+hex.EncodeToString(h[:8]))
}

// A patch is what makes a shadow of a release: which files differ from the
// release's, and how to make them. Its key names the result without making it.
type patch struct {
	goroot string
	key    string
	edits  map[string][]splice.Edit // by path below GOROOT, slash-separated
	added  map[string][]byte        // likewise
	source map[string][]byte        // the files to edit, before the edits
}

// load reads what the patch of a release depends on.
func load(env goEnv, opt Options) (*patch, error) {
	p := &patch{
		goroot: env.GOROOT,
		edits:  map[string][]splice.Edit{},
		added:  map[string][]byte{},
		source: map[string][]byte{},
	}
	leaves := rules.Selected(opt.Groups)
	if opt.Disk {
		leaves = append(leaves, rules.Disk()...)
	}
	if opt.Locks {
		leaves = append(leaves, rules.Locks()...)
	}
	if opt.Sim {
		leaves = append(leaves, rules.Sim()...)
	}
	for _, r := range leaves {
		if !r.In(env.GOVERSION) {
			continue
		}
		p.edits["src/"+r.File] = append(p.edits["src/"+r.File], r.Edit)
	}
	files, err := hub.Files(opt.hub(env.GOVERSION, p.manifest(env, opt)))
	if err != nil {
		return nil, err
	}
	for name, src := range files {
		p.added["src/"+name] = src
	}
	if opt.Sim {
		if err := p.rename(env.GOVERSION, rules.SimTexts()); err != nil {
			return nil, err
		}
	}
	for name, src := range p.added {
		if p.added[name], err = forPlatforms(name, src, patchedPlatforms); err != nil {
			return nil, err
		}
	}
	names := p.changed()
	contents, lines, errs := make([][]byte, len(names)), make([]string, len(names)), make([]error, len(names))
	each(len(names), 16, func(i int) {
		name := names[i]
		data, ok := p.added[name]
		if !ok {
			data, ok = p.source[name]
		}
		if !ok {
			data, errs[i] = os.ReadFile(p.path(name))
			contents[i] = data
		}
		lines[i] = fmt.Sprintf("%s %s %v\n", name, sum(data), p.edits[name])
	})
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n%s\n", env.GOROOT, env.GOVERSION, platformsVersion)
	for i, name := range names {
		if errs[i] != nil {
			return nil, fmt.Errorf("cannot read the sources of %s: %w", env.GOVERSION, errs[i])
		}
		if contents[i] != nil {
			p.source[name] = contents[i]
		}
		io.WriteString(h, lines[i])
	}
	p.key = hex.EncodeToString(h.Sum(nil))[:16]
	return p, nil
}

// rename makes the changes of text for a release, which come before all edits.
func (p *patch) rename(release string, texts []rules.Text) error {
	for _, t := range texts {
		if !t.In(release) {
			continue
		}
		name := "src/" + t.File
		into := p.added
		if p.edits[name] != nil {
			into = p.source
		}
		data, ok := into[name]
		if !ok {
			var err error
			if data, err = os.ReadFile(p.path(name)); err != nil {
				return fmt.Errorf("cannot read the sources of the release: %w", err)
			}
		}
		data, err := t.Apply(data)
		if err != nil {
			return err
		}
		into[name] = data
	}
	return nil
}

// hub returns the options of the hub.
func (opt *Options) hub(release string, manifest code.Manifest) hub.Config {
	cfg := hub.Config{
		Release:  release,
		Scope:    string(opt.Scope),
		Groups:   opt.Groups,
		Locks:    opt.Locks,
		Sim:      opt.Sim,
		Workers:  opt.Workers,
		Cgo:      cgoWaits(),
		Manifest: code.Mark(manifest),
	}
	if cfg.Workers == 0 {
		cfg.Workers = int(setting.Unset("offload", false))
	}
	return cfg
}

// manifest returns what every binary says of itself.
func (p *patch) manifest(env goEnv, opt Options) code.Manifest {
	std := hub.Packages(env.GOVERSION)
	for name := range p.edits {
		std = append(std, strings.TrimPrefix(path.Dir(name), "src/"))
	}
	slices.Sort(std)
	m := code.Manifest{Rules: rules.Version(), Go: env.GOVERSION, Scope: string(opt.Scope), Groups: opt.Groups, Std: slices.Compact(std), Locks: opt.Locks, Sim: opt.Sim}
	if opt.Disk {
		m.Offload = "disk"
	}
	if slices.Contains(opt.Groups, "db") {
		m.Drivers = slices.Sorted(maps.Keys(rules.CgoDrivers))
	}
	return m
}

// cgoWaits lists the C functions that leave the hub, as hub.Config has them.
func cgoWaits() []string {
	var list []string
	for _, pkg := range slices.Sorted(maps.Keys(rules.CgoDrivers)) {
		names := rules.CgoWaits[pkg]
		if names == nil {
			names = []string{"*"}
		}
		for _, name := range names {
			list = append(list, pkg+" "+name)
		}
	}
	return list
}

func (p *patch) path(name string) string { return filepath.Join(p.goroot, filepath.FromSlash(name)) }

// names lists the files in which the shadow differs.
func (p *patch) names() []string {
	list := p.changed()
	for name := range p.edits {
		list = append(list, plainName(name))
	}
	slices.Sort(list)
	return list
}

// changed lists the files that are edited or added.
func (p *patch) changed() []string {
	return slices.Sorted(func(yield func(string) bool) {
		for name := range p.edits {
			if !yield(name) {
				return
			}
		}
		for name := range p.added {
			if !yield(name) {
				return
			}
		}
	})
}

// differs reports whether the shadow's file is not the release's.
func (p *patch) differs(name string) bool {
	return p.edits[name] != nil || p.added[name] != nil
}

// files returns the shadow's files that differ.
func (p *patch) files() (map[string][]byte, error) {
	out, err := p.make()
	if err != nil {
		return nil, err
	}
	for name := range p.edits {
		plain, err := os.ReadFile(p.path(name))
		if err != nil {
			return nil, err
		}
		plain = plainText(name, plain)
		if out[plainName(name)], err = forPlatforms(name, plain, "!("+patchedPlatforms+")"); err != nil {
			return nil, err
		}
		if out[name], err = forPlatforms(name, out[name], patchedPlatforms); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// make returns the files that are edited or added. All rules apply, each to
// exactly the sites it expects, or there is an error.
func (p *patch) make() (map[string][]byte, error) {
	out := maps.Clone(p.added)
	for name, edits := range p.edits {
		res, err := splice.Apply(p.path(name), p.source[name], edits)
		if err != nil {
			return nil, fmt.Errorf("%w: this is not the source of a known release of %s", err, Releases())
		}
		out[name] = res
	}
	return out, nil
}
