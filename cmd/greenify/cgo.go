package main

import (
	"bytes"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/greenify-go/greenify/rewrite/rules"
	"github.com/greenify-go/greenify/rewrite/toolchain"
)

// noteCgo says once, before a build, which database drivers of it wait in C, and
// what to use instead. That is advice: a target that cannot be listed is left to
// the go command to complain of.
func (e *env) noteCgo(l *goLine, tc *toolchain.Toolchain) {
	if tc.Work == "" && !mayUseCgoDriver(filepath.Dir(tc.Mod)) {
		return // the common case costs no process
	}
	cmd := exec.Command(tc.Go, l.list(getenv(e.environ, "GOFLAGS"), "-e", "-deps")...)
	cmd.Env = tc.Environ(e.environ)
	cmd.Stderr = &toolchain.Downloads{To: e.stderr} // what it downloads the build will not
	out, err := cmd.Output()
	if err != nil {
		return
	}
	used := strings.Fields(string(out))
	for _, pkg := range slices.Sorted(maps.Keys(rules.CgoDrivers)) {
		if !slices.Contains(used, pkg) {
			continue
		}
		way := ""
		if pure := rules.CgoDrivers[pkg]; pure != "" {
			way = "; the pure Go driver " + pure + " needs none of that"
		}
		e.say("%s waits in C: its calls leave the hub one by one, each on an OS thread of its own%s", pkg, way)
	}
}

// mayUseCgoDriver reports whether the files of a module's folder that name its
// dependencies have one of the drivers.
func mayUseCgoDriver(dir string) bool {
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			continue
		}
		for pkg := range rules.CgoDrivers {
			// A module's path is its package's, or begins it.
			host, rest, _ := strings.Cut(pkg, "/")
			owner, repo, _ := strings.Cut(rest, "/")
			repo, _, _ = strings.Cut(repo, "/")
			if bytes.Contains(data, []byte(host+"/"+owner+"/"+repo)) {
				return true
			}
		}
	}
	return false
}
