package insource

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// go vet and go fix run the same binary and find the same.
func TestVetTool(t *testing.T) {
	dir := twoPackages(t)
	var want []string
	for line := range strings.Lines(run(t, exitFound, checkCommand, "-C", dir)) {
		if i := strings.LastIndexByte(line, '('); i >= 0 { // the last line is the summary
			want = append(want, strings.TrimSpace(line[:i]))
		}
	}
	// The fix of the registration is a finding of go vet; check leaves it out where
	// nothing is patched.
	const register = "but not registered"
	want = append(want, register, register)
	cmd := exec.Command("go", "vet", "-p", "8", "-vettool="+os.Args[0], "./...")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Error("go vet finds nothing")
	}
	for _, w := range want {
		if !strings.Contains(string(out), w) {
			t.Errorf("go vet does not print %q:\n%s", w, out)
		}
	}
	if n := strings.Count(string(out), ".go:"); n != len(want) {
		t.Errorf("go vet prints %d findings, check %d:\n%s", n, len(want), out)
	}
	goCommand(t, dir, "fix", "-fixtool="+os.Args[0], "./...")
	goCommand(t, dir, "build", "-o", os.DevNull, ".")
	if out := run(t, exitOK, checkCommand, "-C", dir); out != "" {
		t.Errorf("check after go fix: %s", out)
	}
}

// The analyzer with facts is asked for: it follows calls into other packages.
func TestVetFacts(t *testing.T) {
	dir := module(t, map[string]string{
		"main.go":    "package main\n\nimport \"example.com/app/lib\"\n\nfunc main() { lib.Serve(nil) }\n",
		"lib/lib.go": "package lib\n\nfunc Serve(c chan int) { serve(c) }\n\nfunc serve(c chan int) { <-c }\n",
	})
	const want = "main.go:5:15: lib.Serve may block the hub, through lib.serve, receive: patch package lib too"
	for _, test := range []struct {
		flags       []string
		facts, plan bool
	}{
		{nil, false, true},
		{[]string{"-greenifyfacts"}, true, false},
		{[]string{"-greenify", "-greenifyfacts"}, true, true},
	} {
		cmd := exec.Command("go", slices.Concat([]string{"vet", "-vettool=" + os.Args[0]}, test.flags, []string{"./..."})...)
		cmd.Dir = dir
		out, _ := cmd.CombinedOutput()
		if facts, plan := strings.Contains(string(out), want), strings.Contains(string(out), "lib.go:5:26: receive"); facts != test.facts || plan != test.plan {
			t.Errorf("go vet %s prints\n%s", test.flags, out)
		}
	}
}

// What check says of a dependency it knows by itself: the same that go vet says when it is
// asked for facts. Nothing is read again when nothing has changed.
func TestCheckFacts(t *testing.T) {
	dir := module(t, map[string]string{
		"main.go":     "package main\n\nimport \"example.org/pool\"\n\nfunc main() {\n\tp := &pool.Pool{OnStop: func() {}}\n\tp.Go(func() {})\n\tpool.Each(func() {})\n\tpool.Start(run)\n\tp.Wait()\n}\n\nfunc run() {}\n",
		"pool/go.mod": "module example.org/pool\n\ngo 1.26\n",
		"pool/pool.go": "package pool\n\nimport \"sync\"\n\ntype Pool struct {\n\twg sync.WaitGroup\n\tOnStop func()\n}\n\n" +
			"func (p *Pool) Go(f func()) { p.wg.Go(f) }\n\nfunc (p *Pool) Wait() { p.wg.Wait() }\n\nfunc Start(f func()) { go f() }\n\nfunc Each(f func()) { f() }\n",
	})
	goCommand(t, dir, "mod", "edit", "-require=example.org/pool@v0.0.0", "-replace=example.org/pool=./pool")
	check := func(status int) string {
		t.Helper()
		var list []string
		for line := range strings.Lines(run(t, status, checkCommand, "-C", dir)) {
			if i := strings.LastIndexByte(line, '('); i > 0 { // all but the summary
				list = append(list, strings.TrimSpace(line[:i]))
			}
		}
		slices.Sort(list)
		return strings.Join(list, "\n")
	}
	got := check(exitFound)
	for _, want := range []string{
		"main.go:6:26: callback of example.org/pool.Pool.OnStop runs outside the hub",
		"main.go:7:7: callback of example.org/pool.(*Pool).Go runs outside the hub",
		"main.go:9:13: callback of example.org/pool.Start runs outside the hub",
		"main.go:10:2: pool.(*Pool).Wait may block the hub, through sync.(*WaitGroup).Wait",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("check does not print %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "main.go:8:") {
		t.Errorf("Each calls its function before it returns:\n%s", got)
	}
	cmd := exec.Command("go", "vet", "-vettool="+os.Args[0], "-greenify", "-greenifyfacts", ".")
	cmd.Dir = dir
	out, _ := cmd.CombinedOutput()
	var vet []string
	for line := range strings.Lines(string(out)) {
		// go vet, which looks at one package, cannot know that none is patched yet.
		if !strings.HasPrefix(line, "#") && !strings.Contains(line, " patched but not registered") {
			vet = append(vet, strings.TrimPrefix(strings.TrimSpace(line), "./"))
		}
	}
	slices.Sort(vet)
	if want := strings.Join(vet, "\n"); got != want {
		t.Errorf("check prints\n%s\nand go vet\n%s", got, want)
	}
	if again := check(exitFound); again != got {
		t.Errorf("the second time it prints\n%s", again)
	}

	// Facts are found by what the dependency is, not by its name.
	name := filepath.Join(dir, "pool/pool.go")
	src, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(strings.Replace(string(src), "{ f() }", "{ go f() }", 1)), 0o666); err != nil {
		t.Fatal(err)
	}
	if got := check(exitFound); !strings.Contains(got, "main.go:8:12: callback of example.org/pool.Each runs outside the hub") {
		t.Errorf("after a change of the dependency:\n%s", got)
	}
	run(t, exitOK, rewriteCommand, "-C", dir, "-w")
	if got := run(t, exitOK, checkCommand, "-C", dir); got != "" {
		t.Errorf("after rewrite -w:\n%s", got)
	}
	goCommand(t, dir, "build", "-o", os.DevNull, ".")
}
