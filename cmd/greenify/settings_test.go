package main_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/greenify-go/greenify/runtime/setting"
)

// knownSettings lists the settings of the help: the first column.
func knownSettings() []string {
	var list []string
	for line := range strings.Lines(setting.Help(false)) {
		if text, ok := strings.CutPrefix(line, "\t"); ok && !strings.HasPrefix(text, " ") {
			list = append(list, strings.Fields(text)[0])
		}
	}
	return list
}

// testSettings runs a program, which prints while it is initialized, with the
// settings of the GREENIFY variable.
func testSettings(t *testing.T, plain, patched string) {
	want := run{title: "plain", bin: plain}
	want.do(t, directives{})
	const refused = `^greenify: .*\bsetting.*GREENIFY.*\boff\b.*\bstats=1\b`
	for _, known := range knownSettings() { // the hub knows what the help says
		if strings.HasPrefix(known, "workers=") {
			continue // refused without package net: script workers
		}
		r := run{title: known, bin: patched, env: []string{"GREENIFY=" + known}}
		r.do(t, directives{})
		if r.exit != "exit status 0" {
			t.Errorf("GREENIFY=%s: %s, stderr:\n%s", known, r.exit, r.stderr)
		}
	}
	const stats = `^greenify: threads=[1-9]\d* .*switches=[1-9]`
	for _, test := range []struct {
		value  string
		exit   string
		stderr string
	}{
		{"", "exit status 0", `^$`},
		{"off", "exit status 0", `^$`},
		{"stats=1", "exit status 0", stats},
		{",stats=1,", "exit status 0", stats},
		{"off,stats=1", "exit status 0", `^greenify: threads=0 .*switches=0 `},
		{"bogus", "exit status 2", refused},
		{"bogus", "exit status 2", `\bbogus\b`},
		{"off,bogus", "exit status 2", refused},
		{"stats=2", "exit status 2", `^greenify: GREENIFY: stats=2: is neither 0 nor 1; see greenify help runtime`},
		{"OFF", "exit status 2", refused},
	} {
		r := run{title: test.value, bin: patched, env: []string{"GREENIFY=" + test.value}}
		r.do(t, directives{})
		stdout := want.stdout
		if test.exit != want.exit {
			stdout = "" // refused before anything of the program runs
		}
		if r.exit != test.exit || r.stdout != stdout || !regexp.MustCompile(test.stderr).MatchString(r.stderr) {
			t.Errorf("GREENIFY=%s: %s, stdout:\n%sstderr:\n%swant %s, stdout:\n%sstderr that matches %s",
				test.value, r.exit, r.stdout, r.stderr, test.exit, stdout, test.stderr)
		}
	}
}
