package main

import (
	"bytes"
	"errors"
	"flag"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// greenify runs the real binary and returns its exit code and what it prints.
func greenify(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	cmd := exec.Command("greenify", args...) // testscript's link to this binary
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var x *exec.ExitError
	if err != nil && !errors.As(err, &x) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// Every command of the table has its help, of one shape however it is asked for, and
// refuses what it cannot understand with exit code 2 before it does anything.
func TestCommandTable(t *testing.T) {
	for _, c := range commands {
		t.Run(c.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			name := strings.Fields(c.name)
			call := func(args ...string) []string { return slices.Concat(name, args) }
			code, want, stderr := greenify(t, append([]string{"help"}, name...)...)
			if code != exitOK || stderr != "" || !strings.HasPrefix(want, "usage: greenify "+c.name) {
				t.Fatalf("help %s: exit code %d, stderr %q\n%s", c.name, code, stderr, want)
			}
			for _, h := range []string{"-h", "-help", "--help"} {
				if code, got, stderr := greenify(t, call(h)...); code != exitOK || got != want || stderr != "" {
					t.Errorf("%s %s: exit code %d, stderr %q\n%s", c.name, h, code, stderr, got)
				}
			}
			refuse := func(says string, args ...string) {
				t.Helper()
				code, stdout, stderr := greenify(t, args...)
				if code != exitUsage || stdout != "" || !strings.Contains(stderr, says) {
					t.Errorf("%q: exit code %d, stdout %q, stderr %q; want 2 and %q", args, code, stdout, stderr, says)
				}
			}
			prefix := "greenify: "
			if c.goes != "" && c != debug {
				prefix = "" // the go command's own words
			}
			if c != goTest { // there it is the test binary's
				refuse(prefix+"flag provided but not defined: -nosuchflag", call("-nosuchflag")...)
			}
			fs, _ := c.flagSet()
			fs.VisitAll(func(f *flag.Flag) {
				if !strings.Contains(want, "\n  -"+f.Name) {
					t.Errorf("the help has no -%s:\n%s", f.Name, want)
				}
				args := call()
				if c == goTest && slices.Contains(simFlags, f.Name) {
					args = append(args, "-sim") // without it they are the test binary's
				}
				if isBool(f) {
					refuse(`greenify: invalid boolean value "yes" for -`+f.Name+": use -", append(args, "-"+f.Name+"=yes")...)
				} else {
					refuse("greenify: flag needs an argument: -"+f.Name+": -"+f.Name+" ", append(args, "-"+f.Name)...)
				}
			})
		})
	}
}
