package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/greenify-go/greenify/rewrite/inspect"
	"github.com/greenify-go/greenify/rewrite/toolchain"
	"github.com/greenify-go/greenify/runtime/code"
)

// inspect prints the manifest of a binary.
func (c *command) inspect(args []string) int {
	asJSON := false
	args = slices.DeleteFunc(slices.Clone(args), func(arg string) bool {
		asJSON = asJSON || arg == "-json" || arg == "--json"
		return arg == "-json" || arg == "--json"
	})
	if len(args) != 1 || strings.HasPrefix(args[0], "-") {
		return c.usageError("inspect takes one binary and -json")
	}
	m, err := inspect.File(args[0])
	if err != nil {
		return c.usageError("cannot inspect %v", err)
	}
	if asJSON {
		enc := json.NewEncoder(c.stdout)
		enc.SetIndent("", "\t")
		enc.SetEscapeHTML(false)
		err = enc.Encode(m)
	} else {
		err = printManifest(c.stdout, m)
	}
	if err != nil {
		return c.usageError("%v", err)
	}
	return exitOK
}

func printManifest(w io.Writer, m inspect.Manifest) error {
	var b strings.Builder
	field := func(name string, values ...string) {
		if s := strings.Join(values, " "); s != "" {
			fmt.Fprintf(&b, "%-9s %s\n", name, s)
		}
	}
	field("patched", cmp.Or(map[string]string{inspect.Unpatched: "no"}[m.Mode], m.Mode))
	field("go", m.Go)
	field("rules", m.Rules)
	field("scope", m.Scope)
	field("groups", m.Groups...)
	field("offload", m.Offload)
	field("std", m.Std...)
	field("packages", m.Packages...)
	if m.Mode != inspect.Unpatched {
		field("left", fmt.Sprintf("%d calls keep the hub", len(m.Left)))
	}
	printLeft(&b, m.Left)
	_, err := io.WriteString(w, b.String())
	return err
}

func printLeft(w io.Writer, left []code.Left) {
	for _, l := range left {
		fmt.Fprintf(w, "%s:%d: %s: %s\n", l.File, l.Line, l.Call, l.Reason)
	}
}

// strict builds the program aside and looks for calls that are left blocking. It
// returns exitOK if there are none, and the real build can go ahead.
func (c *command) strict(tc *toolchain.Toolchain, f *goFlags) int {
	dir, err := os.MkdirTemp("", "greenify-strict")
	if err != nil {
		return c.usageError("%v", err)
	}
	defer os.RemoveAll(dir)
	args := f.withTags(getenv(c.env, "GOFLAGS"))
	// The last -o counts; it must stand before the packages.
	at := f.packages + len(args) - len(f.args)
	cmd := exec.Command(tc.Go, slices.Concat([]string{"build"}, args[:at], []string{"-o", dir + string(filepath.Separator)}, args[at:])...)
	cmd.Env = tc.Environ(c.env)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, c.stdout, c.stderr
	if err := cmd.Run(); err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return exit.ExitCode() // the go command has said why
		}
		return c.usageError("cannot run %s: %v", tc.Go, err)
	}
	binaries, err := os.ReadDir(dir)
	if err != nil {
		return c.usageError("%v", err)
	}
	code := exitOK
	for _, b := range binaries {
		m, err := inspect.File(filepath.Join(dir, b.Name()))
		if err != nil {
			return c.usageError("cannot inspect %v", err)
		}
		if len(m.Left) > 0 {
			fmt.Fprintf(c.stderr, "greenify: %s: %d calls are left blocking, and -strict allows none:\n", b.Name(), len(m.Left))
			printLeft(c.stderr, m.Left)
			code = exitFail
		}
	}
	return code
}
