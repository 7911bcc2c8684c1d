package main

import (
	"bytes"
	"fmt"
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
func (c *command) noteCgo(name string, f *goFlags, tc *toolchain.Toolchain) {
	if tc.Work == "" && !mayUseCgoDriver(filepath.Dir(tc.Mod)) {
		return // the common case costs no process
	}
	cmd := exec.Command(tc.Go, f.list(name, getenv(c.env, "GOFLAGS"), "-e", "-deps")...)
	cmd.Env = tc.Environ(c.env)
	cmd.Stderr = &toolchain.Downloads{To: c.stderr} // what it downloads the build will not
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
		fmt.Fprintf(c.stderr, "greenify: %s waits in C: its calls leave the hub one by one, each on an OS thread of its own%s\n", pkg, way)
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

// list returns the arguments of the go command that lists the packages of a build,
// run or test, with these flags of go list.
func (f *goFlags) list(command, goflags string, listFlags ...string) []string {
	argv := []string{"list"}
	flags := f.withTags(goflags)
	flags = flags[:len(flags)-(len(f.args)-f.packages)]
	for i := 0; i < len(flags); i++ {
		name, _, hasValue := strings.Cut(strings.TrimLeft(flags[i], "-"), "=")
		if slices.Contains([]string{"C", "tags", "mod", "modfile", "overlay", "race"}, name) {
			argv = append(argv, flags[i])
			if !hasValue && name != "race" {
				argv = append(argv, flags[i+1])
			}
		}
		if !hasValue && (slices.Contains(valued[""], name) || slices.Contains(valued[command], name)) {
			i++
		}
	}
	argv = append(argv, listFlags...)
	if command == "test" {
		argv = append(argv, "-test")
	}
	rest := f.args[f.packages:]
	for i, arg := range rest {
		// Flags of test may follow its packages; of run one package is built,
		// or the files named.
		if strings.HasPrefix(arg, "-") || command == "run" && i > 0 && !strings.HasSuffix(arg, ".go") {
			rest = rest[:i]
			break
		}
	}
	return append(append(argv, "--"), rest...)
}
