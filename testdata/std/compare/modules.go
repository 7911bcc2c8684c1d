package main

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
	"regexp"
	"strings"

	"github.com/greenify-go/greenify/testdata/std/internal/tool"
)

// module is a line of the file of -modules.
type module struct {
	path, version string
	packages      []string // patterns
}

// readModules reads lines of three fields separated by tabs: module path,
// version, and patterns of its packages.
func readModules(file string) ([]module, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var all []module
	for i, line := range strings.Split(string(data), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != 3 || f[0] == "" || f[1] == "" || f[2] == "" {
			return nil, fmt.Errorf("%s:%d: %q is not module path, version, packages", file, i+1, line)
		}
		all = append(all, module{f[0], f[1], strings.Fields(f[2])})
	}
	return all, nil
}

// thirdParty copies the modules of a file whose path matches one of the regular
// expressions, by default all, below dir, and returns their packages that have tests.
func thirdParty(ctx context.Context, file string, filters []string, dir string) ([]target, error) {
	modules, err := readModules(file)
	if err != nil {
		return nil, err
	}
	filter, err := regexp.Compile(strings.Join(filters, "|"))
	if err != nil {
		return nil, err
	}
	var targets []target
	for _, m := range modules {
		if !filter.MatchString(m.path) {
			continue
		}
		copied := filepath.Join(dir, "modules", filepath.FromSlash(m.path))
		if err := m.copy(ctx, copied); err != nil {
			return nil, err
		}
		pkgs, err := m.tested(ctx, copied)
		if err != nil {
			return nil, err
		}
		for _, pkg := range pkgs {
			targets = append(targets, target{pkg: pkg, dir: copied})
		}
	}
	if len(targets) == 0 {
		return nil, fmt.Errorf("%s: no module matches %q", file, filter)
	}
	return targets, nil
}

// copy downloads the module into the module cache and copies it, to be written to.
func (m module) copy(ctx context.Context, dir string) error {
	out, err := goCommand(ctx, ".", "mod", "download", "-json", m.path+"@"+m.version)
	if err != nil {
		return err
	}
	var where struct{ Dir, GoMod string }
	if err := json.Unmarshal(out, &where); err != nil {
		return fmt.Errorf("go mod download -json %s: %w", m.path, err)
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
	gomod := filepath.Join(dir, "go.mod")
	if _, err := os.Stat(gomod); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	data, err := os.ReadFile(where.GoMod) // older than modules
	if err != nil {
		return err
	}
	return os.WriteFile(gomod, data, 0o644)
}

// tested lists the packages of a copied module that have tests, and downloads what
// these need.
func (m module) tested(ctx context.Context, dir string) ([]string, error) {
	args := append([]string{"list", "-mod=mod", "-deps", "-test", "-f", "{{.ImportPath}}"}, m.packages...)
	if _, err := goCommand(ctx, dir, args...); err != nil {
		return nil, err
	}
	args = append([]string{"list", "-f", "{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}"}, m.packages...)
	out, err := goCommand(ctx, dir, args...)
	if err != nil {
		return nil, err
	}
	pkgs := strings.Fields(string(out))
	if len(pkgs) == 0 {
		return nil, fmt.Errorf("%s: no package of %q has tests", m.path, m.packages)
	}
	return pkgs, nil
}

// goCommand runs the go command in dir and returns what it prints.
func goCommand(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Env = dir, append(tool.Environ(), "GOWORK=off")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, &stderr)
	}
	return out, nil
}
