package main

import (
	"bytes"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

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
	check([]string{"html", "pprof", "text"}, "greenify", "trace", "")
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
