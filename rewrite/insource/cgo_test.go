package insource

import (
	"strings"
	"testing"
)

// A function that C may call is a finding: a thread that C made runs it beside
// the hub. One that only looks so, in a file without cgo, is none.
func TestExported(t *testing.T) {
	dir := module(t, map[string]string{
		"main.go":  "package main\n\n/*\nvoid called(void);\n*/\nimport \"C\"\n\n//export called\nfunc called() {}\n\nfunc main() {}\n",
		"other.go": "package main\n\n//export alone\nfunc alone() {}\n",
	})
	out := run(t, exitFound, Check, "-C", dir)
	const want = "main.go:9:6: called cannot be patched here: a thread that C made runs it beside the hub"
	if !strings.Contains(out, want) || strings.Count(out, "cannot be patched here") != 1 {
		t.Errorf("check prints\n%swant one finding of an exported function:\n%s", out, want)
	}
}
