package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/greenify-go/greenify/rewrite/find/load"
	"github.com/greenify-go/greenify/rewrite/toolchain"
)

// compileStd compiles what a build needs of the standard library, if it is the first
// build of its kind with a private toolchain: that takes minutes, and the go command
// says nothing meanwhile. The build then finds it in the cache. What goes wrong here
// goes wrong there again, and is said there.
func (e *env) compileStd(l *goLine, tc *toolchain.Toolchain, more ...string) {
	kind := slices.Concat(l.kinds, more)
	for _, key := range []string{"GOARCH", "GOEXPERIMENT", "CGO_ENABLED"} {
		if v := getenv(e.environ, key); v != "" {
			kind = append(kind, key+"="+v)
		}
	}
	variant := strings.Join(kind, " ")
	if tc.Built(variant) {
		return
	}
	step := "compiling the standard library"
	if variant != "" {
		step += " for " + variant
	}
	step += " (once)"
	m := newMeter(e.stderr)
	defer m.end()
	defer tc.Turn(variant, func() { m.begin("waiting for another greenify, which compiles the standard library", "") })()
	if tc.Built(variant) {
		return
	}
	std := e.stdOf(l, tc)
	if std == nil {
		m.begin(step, "")
		tc.SetBuilt(variant)
		return
	}
	m.begin(step, fmt.Sprintf(": %d packages", len(std)))
	args := slices.Concat([]string{"build", "-v"}, l.compileFlags(getenv(e.environ, "GOFLAGS")), more, []string{"--"})
	for _, p := range std {
		if !strings.HasPrefix(p, "vendor/") { // compiled with what imports it
			args = append(args, p)
		}
	}
	// In the folder of the build, for its go.mod; -C must come first.
	cmd := exec.Command(tc.Go, args...)
	cmd.Dir = l.dir
	cmd.Env = tc.Environ(e.environ)
	if getenv(e.environ, "GOGC") == "" {
		// A fifth of the time would go into collections of compilers that live for a
		// second; the largest needs 400 MB instead of 330.
		cmd.Env = append(cmd.Env, "GOGC=400")
	}
	stderr, err := cmd.StderrPipe()
	if err != nil || cmd.Start() != nil {
		return
	}
	done := 0
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		if _, found := slices.BinarySearch(std, lines.Text()); found {
			done++
			m.count(done, len(std), "packages")
		}
	}
	if cmd.Wait() == nil {
		tc.SetBuilt(variant)
	}
}

// stdOf lists the packages of the standard library that a build compiles, sorted; nil if
// they cannot be compiled apart from it, so that it would find them in the cache.
func (e *env) stdOf(l *goLine, tc *toolchain.Toolchain) []string {
	goflags := getenv(e.environ, "GOFLAGS")
	if l.compileFlags(goflags) == nil {
		return nil
	}
	cmd := exec.Command(tc.Go, l.list(goflags, "-e", "-deps", "-f", "{{.Standard}}\t{{.ImportPath}}\t{{.Name}}\t{{.Dir}}")...)
	cmd.Env = tc.Environ(e.environ)
	out, err := cmd.Output()
	if err != nil {
		return nil
	}
	var std []string
	for line := range strings.Lines(string(out)) {
		f := strings.SplitN(strings.TrimSpace(line), "\t", 4)
		switch {
		case len(f) < 4:
		case f[0] == "true" && f[1] != "unsafe" && !strings.Contains(f[1], " "): // a test's
			std = append(std, f[1])
		case f[0] == "false" && f[2] == "main":
			// Such a profile makes a variant of everything that main imports.
			if _, err := os.Stat(filepath.Join(f[3], "default.pgo")); !errors.Is(err, os.ErrNotExist) {
				return nil
			}
		}
	}
	slices.Sort(std)
	return slices.Compact(std)
}

// compileFlags are the flags of a build by which the standard library is compiled; not
// nil. They are nil if packages of it would be compiled in another way when they are
// named: a -gcflags without a pattern is for what is named.
func (l *goLine) compileFlags(goflags string) []string {
	out := []string{"-tags=" + joinTags(cmp.Or(l.tags, goflag(goflags, "tags")))}
	flags, _ := splitFlags(l.command, nil, append(load.SplitFlags(goflags), l.args[:l.rest]...))
	for _, f := range flags {
		switch f.name {
		case "race", "msan", "asan", "trimpath", "p", "mod", "modfile", "overlay", "installsuffix":
			out = append(out, f.words...)
		case "gcflags", "asmflags":
			if ofNamed(f.value) {
				return nil
			}
			out = append(out, f.words...)
		case "a", "buildmode", "compiler", "coverpkg", "linkshared", "n", "pgo", "pkgdir", "toolexec":
			return nil
		}
	}
	return out
}
