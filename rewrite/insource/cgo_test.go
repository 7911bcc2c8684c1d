package insource

import (
	"path/filepath"
	"strings"
	"testing"
)

// A function that C may call enters the hub: a thread that C made may run it. One
// that only looks so, in a file without cgo, is none, nor is one that enters.
func TestExported(t *testing.T) {
	dir := module(t, map[string]string{
		"main.go":   "package main\n\n/*\nvoid called(void);\n*/\nimport \"C\"\n\n//export called\nfunc called() {}\n\nfunc main() {}\n",
		"enters.go": "package main\n\n/*\nvoid enters(void);\n*/\nimport \"C\"\nimport \"github.com/greenify-go/greenify/runtime/patched\"\n\n//export enters\nfunc enters() { defer patched.Enter()() }\n",
		"other.go":  "package main\n\n//export alone\nfunc alone() {}\n",
	})
	out := run(t, exitFound, checkCommand, "-C", dir)
	const want = "main.go:9:6: called runs outside the hub, a thread that C made may call it: defer patched.Enter first"
	if !strings.Contains(out, want) || strings.Count(out, "runs outside the hub") != 1 {
		t.Errorf("check prints\n%swant one finding of an exported function:\n%s", out, want)
	}
	run(t, 0, rewriteCommand, "-C", dir, "-w")
	if src := tree(t, dir)[filepath.Join(dir, "main.go")]; !strings.Contains(src, "func called() {\n\tdefer patched.Enter()()\n}") {
		t.Errorf("main.go is\n%s", src)
	}
}

// A call of C is a finding, unless it is offloaded.
func TestOffloadedC(t *testing.T) {
	dir := module(t, map[string]string{
		"main.go": `package main

// static void nap(void) {}
import "C"
import green "github.com/greenify-go/greenify/runtime"

var pool = green.NewOffloadPool(1)

func main() {
	C.nap()
	green.Offload(func() { C.nap() })
	pool.Do(func() { C.nap() })
}
`,
	})
	out := run(t, exitFound, checkCommand, "-C", dir)
	if !strings.Contains(out, "main.go:10:2: C.nap holds the hub") || strings.Count(out, "C.nap") != 1 {
		t.Errorf("check prints\n%swant one finding of a call of C, in line 10", out)
	}
}

// A call of C that is a statement leaves the hub: what it is given is evaluated
// before. One whose result is used, or that is given an address, stays a finding.
func TestCallsOfC(t *testing.T) {
	dir := module(t, map[string]string{"main.go": `package main

/*
#include <unistd.h>
static void nap(int ms, int *done) { usleep(ms * 1000); if (done) *done = 1; }
static int twice(int n) { return 2 * n; }
*/
import "C"

var ms = 1

func main() {
	var done C.int
	C.nap(C.int(ms), nil)
	C.nap(1, nil)
	C.nap(C.int(ms), &done)
	if C.twice(2) != 4 {
		panic("twice")
	}
}
`})
	run(t, 0, rewriteCommand, "-C", dir, "-w")
	src := tree(t, dir)[filepath.Join(dir, "main.go")]
	for _, want := range []string{
		"\t{\n\t\tg0 := C.int(ms)\n\t\tgreen.Offload(func() { C.nap(g0, nil) })\n\t}\n",
		"\tgreen.Offload(func() { C.nap(1, nil) })\n",
		"\tC.nap(C.int(ms), &done)\n",
	} {
		if !strings.Contains(src, want) {
			t.Errorf("no %q in\n%s", want, src)
		}
	}
	out := run(t, exitFound, checkCommand, "-C", dir)
	for _, want := range []string{"C.nap holds the hub until C returns: if it waits", "C.twice holds the hub until C returns: if it waits"} {
		if strings.Count(out, want) != 1 {
			t.Errorf("check does not print %q once:\n%s", want, out)
		}
	}
	goCommand(t, dir, "run", ".")
}
