// Package modules fetches third-party modules, whose own tests are run.
package modules

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A Module is one in some version.
type Module struct {
	Path, Version string
	Packages      []string // patterns
}

// Read reads lines of three fields separated by tabs: module path, version, and patterns
// of its packages.
func Read(file string) ([]Module, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var all []Module
	for i, line := range strings.Split(string(data), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != 3 || f[0] == "" || f[1] == "" || f[2] == "" {
			return nil, fmt.Errorf("%s:%d: %q is not module path, version, packages", file, i+1, line)
		}
		all = append(all, Module{f[0], f[1], strings.Fields(f[2])})
	}
	return all, nil
}

// Copy downloads the module into the module cache and copies it, to be written to.
func (m Module) Copy(ctx context.Context, dir string) error {
	out, err := goCommand(ctx, ".", "mod", "download", "-json", m.Path+"@"+m.Version)
	if err != nil {
		return err
	}
	var where struct{ Dir, GoMod string }
	if err := json.Unmarshal(out, &where); err != nil {
		return fmt.Errorf("go mod download -json %s: %w", m.Path, err)
	}
	if err := os.CopyFS(dir, os.DirFS(where.Dir)); err != nil {
		return err
	}
	// The module cache is read-only, and so are copies of it.
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil || d.Type()&fs.ModeSymlink != 0 {
			return err
		}
		return os.Chmod(path, info.Mode()|0o200)
	})
	if err != nil {
		return err
	}
	// Its workspace has modules that are not in it.
	if err := os.Remove(filepath.Join(dir, "go.work")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	gomod := filepath.Join(dir, "go.mod")
	if _, err := os.Stat(gomod); err == nil {
		return dropReplaced(ctx, dir)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	data, err := os.ReadFile(where.GoMod) // older than modules
	if err != nil {
		return err
	}
	return os.WriteFile(gomod, data, 0o644)
}

// dropReplaced drops from go.mod in dir what replaces other modules of the same repository by
// folders that the module itself has not.
func dropReplaced(ctx context.Context, dir string) error {
	out, err := goCommand(ctx, dir, "mod", "edit", "-json")
	if err != nil {
		return err
	}
	var mod struct {
		Replace []struct {
			Old, New struct{ Path, Version string }
		}
	}
	if err := json.Unmarshal(out, &mod); err != nil {
		return fmt.Errorf("go mod edit -json: %w", err)
	}
	for _, r := range mod.Replace {
		_, err := os.Stat(filepath.Join(dir, r.New.Path, "go.mod"))
		if r.New.Version != "" || err == nil {
			continue
		}
		old := r.Old.Path
		if r.Old.Version != "" {
			old += "@" + r.Old.Version
		}
		if _, err := goCommand(ctx, dir, "mod", "edit", "-dropreplace="+old); err != nil {
			return err
		}
	}
	return nil
}

// Tested lists the packages of a copied module that have tests, and downloads what
// these need.
func (m Module) Tested(ctx context.Context, dir string) ([]string, error) {
	args := append([]string{"list", "-mod=mod", "-deps", "-test", "-f", "{{.ImportPath}}"}, m.Packages...)
	if _, err := goCommand(ctx, dir, args...); err != nil {
		return nil, err
	}
	args = append([]string{"list", "-f", "{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}"}, m.Packages...)
	out, err := goCommand(ctx, dir, args...)
	if err != nil {
		return nil, err
	}
	pkgs := strings.Fields(string(out))
	if len(pkgs) == 0 {
		return nil, fmt.Errorf("%s: no package of %q has tests", m.Path, m.Packages)
	}
	return pkgs, nil
}

// goCommand runs the go command in dir and returns what it prints.
func goCommand(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOWORK=off")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, &stderr)
	}
	return out, nil
}
