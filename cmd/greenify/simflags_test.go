package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The flags for the compiler: which packages call the functions of sync/atomic, and that the
// user's count as ever.
func TestCallAtomics(t *testing.T) {
	const goroot = "testdata/none"
	for _, c := range []struct{ goflags, line, want string }{
		{"", "-v ./...", "-gcflags=all=OFF|-gcflags=std=|-gcflags=sync/atomic=OFF|-v|./..."},
		{"", "-tags=x -gcflags -N ./...", "-gcflags=all=OFF|-gcflags=std=|-gcflags=sync/atomic=OFF|-gcflags=-N OFF|-tags=x|./..."},
		{"", "-gcflags=all=-N -v .", "-gcflags=all=OFF|-gcflags=std=|-gcflags=sync/atomic=OFF|-gcflags=all=-N OFF|-gcflags=std=-N|-gcflags=sync/atomic=-N OFF|-v|."},
		{"", "-gcflags=std=-N .", "-gcflags=all=OFF|-gcflags=std=|-gcflags=sync/atomic=OFF|-gcflags=std=-N|-gcflags=sync/atomic=-N OFF|."},
		{"-gcflags=-l", "-gcflags=example.com/x=-N .", "-gcflags=all=OFF|-gcflags=std=|-gcflags=sync/atomic=OFF|-gcflags=-l OFF|-gcflags=example.com/x=-N OFF|."},
		{"", ". -args -gcflags=-N", "-gcflags=all=OFF|-gcflags=std=|-gcflags=sync/atomic=OFF|.|-args|-gcflags=-N"},
	} {
		l := readGoLine("test", strings.Fields(c.line))
		l.callAtomics(c.goflags, goroot)
		got := strings.ReplaceAll(strings.Join(l.args, "|"), intrinsicsOff, "OFF")
		if got != c.want || l.rest > len(l.args) || l.tagsAt >= 0 != slices.Contains(l.args, "-tags=x") {
			t.Errorf("%q and GOFLAGS=%q: %s, want %s", c.line, c.goflags, got, c.want)
		}
	}
}

// Results of a run that was killed in the midst of a line can be added to: that line goes.
func TestResultsCutOff(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "",
		"{\"v\":1}\n":                "{\"v\":1}\n",
		"{\"v\":1}\n{\"v\":1,\"modu": "{\"v\":1}\n",
		"{\"v\":1,\"modu":            "",
	} {
		o := simOptions{results: filepath.Join(t.TempDir(), "results")}
		if err := os.WriteFile(o.results, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := o.resultsFile(); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if data, err := os.ReadFile(o.results); err != nil || string(data) != want {
			t.Errorf("of %q is left %q, %v, want %q", text, data, err, want)
		}
	}
	o := simOptions{results: os.DevNull} // which has no lines
	if _, err := o.resultsFile(); err != nil {
		t.Error(err)
	}
}
