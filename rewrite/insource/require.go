package insource

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/greenify-go/greenify/rewrite/find"
)

// greenModule is the module of package green, and of greenify.
const greenModule = "github.com/greenify-go/greenify"

// A requirement is what -get changes: go.mod and go.sum of the main module. The go
// command makes the new ones in a folder of their own (-modfile), so that the packages
// can be type-checked as they will be before any file of the user's is written.
type requirement struct {
	dir   string              // of the new files
	files map[string]fileEdit // by the names of the old ones
}

// end removes what Get has made beside the module.
func (c *command) end() {
	if c.required != nil {
		os.RemoveAll(c.required.dir)
	}
}

// modFlag has the go command use the new files.
func (r *requirement) modFlag() string { return "-modfile=" + filepath.Join(r.dir, "go.mod") }

// require requires package green for the main module, in the version of this
// greenify, and raises its go line if that is needed.
func (c *command) require() (*requirement, error) {
	byHand := "run go get " + find.GreenPath
	var env struct{ GOMOD, GOWORK, GOFLAGS string }
	out, err := c.goCommand("env", "-json", "GOMOD", "GOWORK", "GOFLAGS")
	if err == nil {
		err = json.Unmarshal(out, &env)
	}
	switch {
	case err != nil:
		return nil, err
	case env.GOMOD == "" || env.GOMOD == os.DevNull:
		return nil, errors.New("-get needs a go.mod file: run go mod init")
	case env.GOWORK != "" && env.GOWORK != "off":
		return nil, errors.New("-get cannot require for a workspace: " + byHand + " in the module that is to be patched, or set GOWORK=off")
	case strings.Contains(env.GOFLAGS, "-modfile"):
		return nil, errors.New("-get changes go.mod, and GOFLAGS has another -modfile: " + byHand)
	}
	root := filepath.Dir(env.GOMOD)
	if _, err := os.Stat(filepath.Join(root, "vendor", "modules.txt")); err == nil {
		return nil, errors.New("-get does not change the vendor folder: " + byHand + " and go mod vendor once the packages are patched, or set GOFLAGS=-mod=mod")
	}

	r := &requirement{files: map[string]fileEdit{}}
	if r.dir, err = os.MkdirTemp("", "greenify-get-"); err != nil {
		return nil, err
	}
	c.required = r // end removes it
	mod, sum := env.GOMOD, filepath.Join(root, "go.sum")
	for _, name := range []string{mod, sum} {
		data, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) && name == sum {
			continue
		} else if err == nil {
			err = os.WriteFile(filepath.Join(r.dir, filepath.Base(name)), data, 0o666)
		}
		if err != nil {
			return nil, err
		}
		r.files[name] = fileEdit{old: data}
	}
	if _, err := c.goCommand("get", r.modFlag(), find.GreenPath+"@"+ownVersion()); err != nil {
		return nil, fmt.Errorf("nothing was written: %w", err)
	}
	for _, name := range []string{mod, sum} {
		data, err := os.ReadFile(filepath.Join(r.dir, filepath.Base(name)))
		if errors.Is(err, fs.ErrNotExist) && name == sum {
			continue // a replaced module has no sums
		} else if err == nil && name == mod {
			data, err = direct(data)
		}
		if err != nil {
			return nil, err
		}
		if name == mod {
			c.noteGoLine(r.files[name].old, data)
		}
		if ed := r.files[name]; !bytes.Equal(ed.old, data) {
			r.files[name] = fileEdit{ed.old, data}
		} else {
			delete(r.files, name)
		}
	}
	return r, nil
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

// noteGoLine tells the user that the go line is another one.
func (c *command) noteGoLine(old, mod []byte) {
	line := func(mod []byte) string {
		if f, err := modfile.ParseLax("go.mod", mod, nil); err == nil && f.Go != nil {
			return "go " + f.Go.Version
		}
		return "none"
	}
	if from, to := line(old), line(mod); from != to {
		c.note("the go line of go.mod is %s now, it was %s: what GODEBUG defaults to changes with it and, below go 1.22, what loop variables are", to, from)
	}
}

// goCommand runs the go command and returns what it prints.
func (c *command) goCommand(args ...string) ([]byte, error) {
	cmd := exec.Command("go", args...)
	cmd.Dir = c.Dir
	var msg bytes.Buffer
	cmd.Stderr = &msg
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w\n%s", args[0], err, msg.Bytes())
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
