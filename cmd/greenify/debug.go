package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/greenify-go/greenify/rewrite/toolchain"
)

// debug runs Delve on a patched program. Delve builds it by the go command that it
// finds, without optimizations; here that is the private toolchain's.
//
// greenify debug [go build flags] [package] [flags of dlv debug] [-- arguments]
func (c *command) debug(args []string) int {
	dlv, err := exec.LookPath("dlv")
	if err != nil {
		return c.usageError("no dlv command: %v: go install github.com/go-delve/delve/cmd/dlv@latest", err)
	}
	f, err := parseFlags("build", args)
	if err != nil {
		return c.usageError("%v", err)
	}
	if f.dir != "" {
		return c.usageError("debug takes no -C: cd %s", f.dir)
	}
	if f.groups != nil {
		if err := c.partial(f); err != nil {
			return c.usageError("%v", err)
		}
	}
	tc, err := toolchain.Open(toolchain.Options{Scope: f.scope, Groups: f.groups, Progress: c.progress(f.verbose), Stderr: c.stderr})
	if err != nil {
		return c.usageError("%v", err)
	}
	c.noteFirst(f, tc)
	argv, err := f.delve(getenv(c.env, "GOFLAGS"))
	if err != nil {
		return c.usageError("%v", err)
	}
	env := tc.Environ(c.env)
	path := "PATH=" + filepath.Dir(tc.Go) + string(filepath.ListSeparator) + getenv(env, "PATH")
	env = append(slices.DeleteFunc(env, func(kv string) bool { return strings.HasPrefix(kv, "PATH=") }), path)
	if err := c.exec(dlv, argv, env); err != nil {
		return c.usageError("cannot run %s: %v", dlv, err)
	}
	return exitOK
}

// delve returns the command line of dlv. Its --build-flags are split at blanks;
// quotes keep them.
func (f *goFlags) delve(goflags string) ([]string, error) {
	words := f.withTags(goflags)
	flags := words[:len(words)-(len(f.args)-f.packages)]
	rest := f.args[f.packages:]
	for i, w := range flags {
		if strings.ContainsAny(w, `'"`) {
			return nil, fmt.Errorf("dlv cannot be given a build flag with quotes: %q", w)
		}
		if strings.ContainsAny(w, " \t") {
			flags[i] = "'" + w + "'"
		}
	}
	argv := []string{"dlv", "debug"}
	if len(rest) > 0 && !strings.HasPrefix(rest[0], "-") {
		argv, rest = append(argv, rest[0]), rest[1:]
	}
	return slices.Concat(argv, []string{"--build-flags=" + strings.Join(flags, " ")}, rest), nil
}
