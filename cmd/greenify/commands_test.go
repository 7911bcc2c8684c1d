package main

import (
	"bytes"
	"errors"
	"flag"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/greenify-go/greenify/rewrite/rules"
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

// explain has words for every kind of wait and every verdict of the tables.
func TestExplainKinds(t *testing.T) {
	for _, c := range rules.Coverage("go1.26") {
		text := explainKinds(c.Kinds)
		for kind := range strings.FieldsSeq(c.Kinds) {
			if name, _, _ := strings.Cut(kind, "="); waitKinds[name] == "" || !strings.Contains(text, waitKinds[name]) {
				t.Errorf("%s: %s is explained as\n%s", c.Symbol, kind, text)
			}
		}
	}
}

// Bash itself completes commands, flags, their values and topics by the script.
func TestCompleteBash(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Fatal(err) // .ci/run itself is a script for it
	}
	_, script, _ := greenify(t, "completion", "bash")
	complete := func(line ...string) []string {
		t.Helper()
		cmd := exec.Command(bash, append([]string{"-c", `set -e; source /dev/stdin
			complete -p greenify >&2
			COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _greenify || exit
			printf '%s\n' "${COMPREPLY[@]}"`, "bash"}, line...)...)
		cmd.Stdin = strings.NewReader(script)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil || stderr.String() != "complete -o default -F _greenify greenify\n" {
			t.Fatalf("%q: %v\n%s", line, err, &stderr)
		}
		list := strings.Fields(string(out))
		slices.Sort(list)
		return list
	}
	check := func(want []string, line ...string) {
		t.Helper()
		want = slices.Clone(want)
		slices.Sort(want)
		if got := complete(line...); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
	check(append(firstWords(), "-C", "-h", "-version"), "greenify", "")
	check([]string{"merge"}, "greenify", "sim", "me")
	check([]string{"check"}, "greenify", "ch")
	check([]string{"check"}, "greenify", "-C", "dir", "ch")
	check(append(firstWords(), topicNames()...), "greenify", "help", "")
	check([]string{"all", "deps", "main"}, "greenify", "build", "-scope", "")
	check([]string{"html", "pprof"}, "greenify", "trace", "")
	check(nil, "greenify", "trace", "-o", "") // a file
	check(nil, "greenify", "-C", "")
	check([]string{"-bench", "-benchmem", "-benchtime"}, "greenify", "test", "-bench")
	for _, c := range commands {
		want := []string{"-h"}
		for _, f := range c.completedFlags() {
			want = append(want, "-"+f.name)
		}
		check(want, append([]string{"greenify"}, append(strings.Fields(c.name), "-")...)...)
	}
}

// The scripts for zsh and fish have all commands; these shells, where there are any, read
// them, and fish says what it completes.
func TestCompleteOthers(t *testing.T) {
	for _, shell := range []string{"zsh", "fish"} {
		code, script, _ := greenify(t, "completion", shell)
		for _, c := range commands {
			if code != exitOK || !strings.Contains(script, c.name) || !strings.Contains(script, quote(c.short)[1:]) {
				t.Errorf("%s: exit code %d, %s is not in the script", shell, code, c.name)
			}
		}
		if _, err := exec.LookPath(shell); err != nil {
			continue
		}
		cmd := exec.Command(shell, "-n")
		cmd.Stdin = strings.NewReader(script)
		if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s: %v\n%s", shell, err, out)
		}
		if shell != "fish" {
			continue
		}
		for line, want := range map[string]string{"greenify ch": "check", "greenify build -sco": "-scope", "greenify help runt": "runtime", "greenify trace ht": "html"} {
			cmd := exec.Command(shell, "-c", "source -; complete -C '"+line+"'")
			cmd.Stdin = strings.NewReader(script)
			out, err := cmd.CombinedOutput()
			if got, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\t"); err != nil || got != want {
				t.Errorf("%s completes %q by %q, want %q (%v)", shell, line, out, want, err)
			}
		}
	}
}
