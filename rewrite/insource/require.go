package insource

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"go/version"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/greenify-go/greenify/rewrite/find"
	"github.com/greenify-go/greenify/rewrite/find/load"
	"github.com/greenify-go/greenify/rewrite/tempdir"
	"github.com/greenify-go/greenify/rewrite/toolchain"
)

// greenModule is the module of package green, and of greenify.
const greenModule = "github.com/greenify-go/greenify"

// cannotImport is the error of a command that writes, about why package green cannot be
// imported.
func cannotImport(err error) error {
	return fmt.Errorf("nothing was written: %w\nrun it again with -get, which requires it in the same step", err)
}

// A requirement is what -get changes: go.mod and go.sum of the modules that are patched,
// and the go line of a workspace. The new files are made in a folder of their own, so
// that the packages can be type-checked as they will be before any file of the user's is
// written.
type requirement struct {
	temp  *tempdir.Dir        // of the new files
	dir   string              // its path
	flags []string            // have the go command use them
	files map[string]fileEdit // by the names of the old ones
	done  func()              // the folder need not be removed at a signal any more
}

// end removes what Get has made beside the module.
func (c *command) end() {
	if c.required != nil && c.required.done != nil {
		c.required.temp.Remove()
		c.required.done()
		c.required.done = nil
	}
}

// require requires package green, in the version of this greenify unless another one is
// required already, and raises go lines if that is needed. The modules are those of the
// packages of a listing.
func (c *command) require(list *load.Listing) (*requirement, error) {
	var env struct{ GOMOD, GOWORK, GOFLAGS string }
	out, err := c.goCommand(c.Dir, nil, "env", "-json", "GOMOD", "GOWORK", "GOFLAGS")
	if err == nil {
		err = json.Unmarshal(out, &env)
	}
	workspace := env.GOWORK != "" && env.GOWORK != "off"
	switch {
	case err != nil:
		return nil, err
	case !workspace && (env.GOMOD == "" || env.GOMOD == os.DevNull):
		return nil, errors.New("-get needs a go.mod file: run go mod init")
	case strings.Contains(env.GOFLAGS, "-modfile"):
		return nil, errors.New("-get changes go.mod, and GOFLAGS has another -modfile: run go get " + find.GreenPath)
	}
	c.end()
	r := &requirement{files: map[string]fileEdit{}}
	if r.temp, err = tempdir.Make("", "greenify-get-"); err != nil {
		return nil, err
	}
	r.dir = r.temp.Path
	c.required = r // end removes it
	r.done = atSignal(func() { r.temp.Remove() })
	if workspace {
		return r, c.requireInWorkspace(r, env.GOWORK, list)
	}
	return r, c.requireInModule(r, env.GOMOD)
}

// requireInModule has the go command make the new files (-modfile).
func (c *command) requireInModule(r *requirement, mod string) error {
	root := filepath.Dir(mod)
	sum, tmp := filepath.Join(root, "go.sum"), filepath.Join(r.dir, "go.mod")
	for _, name := range []string{mod, sum} {
		data, err := readIfThere(name)
		if err == nil && data != nil {
			err = os.WriteFile(filepath.Join(r.dir, filepath.Base(name)), data, 0o666)
		}
		if err != nil {
			return err
		}
		r.files[name] = fileEdit{old: data}
	}
	f, err := modfile.Parse(mod, r.files[mod].old, nil)
	if err != nil {
		return err
	}
	r.flags = []string{"-modfile=" + tmp}
	if _, err := os.Stat(filepath.Join(root, "vendor", "modules.txt")); err == nil {
		r.flags = append(r.flags, "-mod=mod") // the vendor folder does not have package green
		c.note("the vendor folder does not have package green yet: run go mod vendor")
	}
	if err := c.get(c.Dir, nil, tmp, f, requiredIn(f)); err != nil {
		return fmt.Errorf("nothing was written: %w", err)
	}
	for _, name := range []string{mod, sum} {
		data, err := readIfThere(filepath.Join(r.dir, filepath.Base(name))) // a replaced module has no sums
		if err == nil && name == mod {
			data, err = direct(data)
		}
		if err != nil {
			return err
		}
		r.set(name, data)
	}
	c.noteGoLine("go.mod", r.files[mod])
	return nil
}

// requireInWorkspace edits the files itself: a module of a workspace may require others
// of it in versions that only go.work knows, and -modfile is not for workspaces. Which
// version of package green there is, and its sums, are those of a module of its own.
func (c *command) requireInWorkspace(r *requirement, work string, list *load.Listing) error {
	if _, err := os.Stat(filepath.Join(filepath.Dir(work), "vendor", "modules.txt")); err == nil {
		return errors.New("-get cannot change the vendor folder of a workspace: run go get " + find.GreenPath + " in the module that is to be patched, with GOFLAGS=-mod=mod, and go work vendor once it is")
	}
	old, err := os.ReadFile(work)
	if err != nil {
		return err
	}
	wf, err := modfile.ParseWork(work, old, nil)
	if err != nil {
		return err
	}
	overlay := map[string]string{}
	write := func(name string, data []byte) error {
		tmp := filepath.Join(r.dir, fmt.Sprint(len(overlay)))
		overlay[name] = tmp
		return os.WriteFile(tmp, data, 0o666)
	}
	for _, root := range c.mainModules(list) {
		mod, sum := filepath.Join(root, "go.mod"), filepath.Join(root, "go.sum")
		r.files[mod], err = readEdit(mod)
		if err == nil {
			r.files[sum], err = readEdit(sum)
		}
		if err != nil {
			return err
		}
		f, err := modfile.Parse(mod, r.files[mod].old, nil)
		if err != nil {
			return err
		}
		required, sums, err := c.resolve(r, f, filepath.Dir(mod), wf, filepath.Dir(work))
		if err != nil {
			return fmt.Errorf("nothing was written: %w", err)
		}
		if err := f.AddRequire(greenModule, required); err != nil {
			return err
		}
		if err := raiseGo(f); err != nil {
			return err
		}
		data, err := f.Format()
		if err == nil {
			data, err = direct(data)
		}
		if err == nil {
			err = write(mod, data)
		}
		if err != nil {
			return err
		}
		r.set(mod, data)
		c.noteGoLine(c.rel(mod), r.files[mod])
		if data = addLines(r.files[sum].old, sums); !bytes.Equal(data, r.files[sum].old) {
			if err := write(sum, data); err != nil {
				return err
			}
		}
		r.set(sum, data)
	}
	if wf.Go == nil || version.Compare("go"+wf.Go.Version, "go"+find.GreenGo) < 0 {
		if err := wf.AddGoStmt(find.GreenGo); err != nil {
			return err
		}
		if wf.Toolchain != nil && version.Compare(wf.Toolchain.Name, "go"+find.GreenGo) <= 0 {
			wf.DropToolchainStmt()
		}
		data := modfile.Format(wf.Syntax)
		r.files[work] = fileEdit{old: old}
		r.set(work, data)
		c.noteGoLine("go.work", fileEdit{old, data})
		if err := write(work, data); err != nil {
			return err
		}
	}
	maps.Copy(overlay, list.Overlay())
	data, err := json.Marshal(struct{ Replace map[string]string }{overlay})
	if err != nil {
		return err
	}
	name := filepath.Join(r.dir, "overlay.json")
	r.flags = []string{"-overlay=" + name}
	return os.WriteFile(name, data, 0o666)
}

// resolve asks the go command, in a module of its own, which version of package green a
// module of the workspace is to require, and for the lines of go.sum.
func (c *command) resolve(r *requirement, f *modfile.File, dir string, wf *modfile.WorkFile, workDir string) (v string, sums []byte, err error) {
	tmp, err := os.MkdirTemp(r.dir, "module-")
	if err != nil {
		return "", nil, err
	}
	own := new(modfile.File)
	own.AddModuleStmt("greenify.get")
	own.AddGoStmt(find.GreenGo)
	for _, list := range []struct {
		dir     string
		replace []*modfile.Replace
	}{{dir, f.Replace}, {workDir, wf.Replace}} { // the workspace's count
		for _, rep := range list.replace {
			if to := rep.New.Path; rep.Old.Path == greenModule {
				if modfile.IsDirectoryPath(to) && !filepath.IsAbs(to) {
					to = filepath.Join(list.dir, to)
				}
				if err := own.AddReplace(rep.Old.Path, rep.Old.Version, to, rep.New.Version); err != nil {
					return "", nil, err
				}
			}
		}
	}
	mod := filepath.Join(tmp, "go.mod")
	data, err := own.Format()
	if err == nil {
		err = os.WriteFile(mod, data, 0o666)
	}
	if err == nil {
		err = c.get(tmp, []string{"GOWORK=off", "GOFLAGS="}, mod, own, requiredIn(f))
	}
	if err == nil {
		data, err = os.ReadFile(mod)
	}
	if err == nil {
		own, err = modfile.Parse(mod, data, nil)
	}
	if err == nil {
		v = requiredIn(own)
	}
	if err == nil {
		sums, err = readIfThere(filepath.Join(tmp, "go.sum"))
	}
	return v, sums, err
}

// mainModules lists the folders of the modules of the packages that the patterns match.
func (c *command) mainModules(list *load.Listing) []string {
	var dirs []string
	for _, p := range slices.Concat(list.Roots, list.Excluded) {
		if p.InMain() && p.Module.Dir != "" && !slices.Contains(dirs, p.Module.Dir) {
			dirs = append(dirs, p.Module.Dir)
		}
	}
	return dirs
}

// set completes the edit of a file, or forgets it if nothing changes.
func (r *requirement) set(name string, data []byte) {
	if old := r.files[name].old; bytes.Equal(old, data) {
		delete(r.files, name)
	} else {
		r.files[name] = fileEdit{old, data}
	}
}

func readEdit(name string) (fileEdit, error) {
	data, err := readIfThere(name)
	return fileEdit{old: data}, err
}

// readIfThere reads a file; nil is none.
func readIfThere(name string) ([]byte, error) {
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}

// addLines adds the lines of more that text does not have.
func addLines(text, more []byte) []byte {
	have := slices.Collect(strings.Lines(string(text)))
	for line := range strings.Lines(string(more)) {
		if !slices.Contains(have, line) {
			have = append(have, line)
		}
	}
	slices.Sort(have)
	return []byte(strings.Join(have, ""))
}

// get has the go command complete a go.mod file, and the go.sum beside it, for package green: in
// a version, or if that is "" in this greenify's own. f is the file. Of a module that is
// replaced in all versions, as by a checkout of greenify, no proxy is asked for one.
func (c *command) get(dir string, env []string, name string, f *modfile.File, v string) error {
	if !slices.ContainsFunc(f.Replace, func(r *modfile.Replace) bool { return r.Old.Path == greenModule && r.Old.Version == "" }) {
		_, err := c.goCommand(dir, env, "get", "-modfile="+name, find.GreenPath+"@"+cmp.Or(v, ownVersion()))
		return err
	}
	if requiredIn(f) == "" {
		f.AddNewRequire(greenModule, cmp.Or(v, anyVersion), false)
		f.SetRequireSeparateIndirect(f.Require)
	}
	err := raiseGo(f)
	if err == nil {
		f.Cleanup()
		f.SortBlocks()
		var data []byte
		if data, err = f.Format(); err == nil {
			err = os.WriteFile(name, data, 0o666)
		}
	}
	if err == nil {
		_, err = c.goCommand(dir, env, "list", "-mod=mod", "-modfile="+name, find.GreenPath, find.PatchedPath)
	}
	return err
}

// anyVersion is what go get requires a module in that is replaced in all versions.
const anyVersion = "v0.0.0-00010101000000-000000000000"

// raiseGo raises the go line to the one that package green needs.
func raiseGo(f *modfile.File) error {
	if f.Go != nil && version.Compare("go"+f.Go.Version, "go"+find.GreenGo) >= 0 {
		return nil
	}
	if f.Toolchain != nil && version.Compare(f.Toolchain.Name, "go"+find.GreenGo) <= 0 {
		f.DropToolchainStmt()
	}
	return f.AddGoStmt(find.GreenGo)
}

// requiredIn is the version of package green that a go.mod requires; "" if it does not.
func requiredIn(f *modfile.File) string {
	for _, r := range f.Require {
		if r.Mod.Path == greenModule {
			return r.Mod.Version
		}
	}
	return ""
}

// direct makes the requirement a direct one, as go mod tidy will once patched files
// import the package.
func direct(mod []byte) ([]byte, error) {
	f, err := modfile.Parse("go.mod", mod, nil)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(f.Require, func(r *modfile.Require) bool { return r.Mod.Path == greenModule })
	if i < 0 {
		return nil, fmt.Errorf("go get has not required %s", greenModule)
	}
	if !f.Require[i].Indirect {
		return mod, nil
	}
	required := &modfile.Require{Mod: f.Require[i].Mod}
	if err := f.DropRequire(greenModule); err != nil {
		return nil, err
	}
	f.Cleanup()
	f.SetRequireSeparateIndirect(append(f.Require, required))
	f.Cleanup()
	f.SortBlocks()
	return f.Format()
}

// noteGoLine tells the user that the go line of a file is of another release, and what
// that changes.
func (c *command) noteGoLine(file string, ed fileEdit) {
	line := func(mod []byte) string {
		if f, err := modfile.ParseLax(file, mod, nil); err == nil && f.Go != nil {
			return f.Go.Version
		}
		return ""
	}
	from, to := line(ed.old), line(ed.new)
	if ed.new == nil || version.Lang("go"+from) == version.Lang("go"+to) {
		return // 1.26 and 1.26.0
	}
	was := "there was none"
	if from != "" {
		was = "it was go " + from
	}
	loops := ""
	if from == "" || version.Compare("go"+from, "go1.22") < 0 {
		loops = ", and each round of a loop has variables of its own"
	}
	c.note("the go line of %s is go %s now, %s: defaults of GODEBUG change with it (go doc runtime)%s", file, to, was, loops)
}

// goCommand runs the go command in a folder, with more variables, and returns what it
// prints.
func (c *command) goCommand(dir string, env []string, args ...string) ([]byte, error) {
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	if env != nil {
		cmd.Env = append(os.Environ(), env...)
	}
	stderr := toolchain.Downloads{To: c.Stderr}
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w\n%s", args[0], err, stderr.Others())
	}
	return out, nil
}

// ownVersion is the version of this greenify as the go command takes it: package green
// has to be of the same. A build of a checkout has none that others could get.
func ownVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Path == greenModule &&
		strings.HasPrefix(info.Main.Version, "v") && !strings.Contains(info.Main.Version, "+") {
		return info.Main.Version
	}
	return "latest"
}
