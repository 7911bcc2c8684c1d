package insource

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/greenify-go/greenify/rewrite/find/load"
)

// What check found is kept, under a key that changes with all that it was found
// in: the package's files, what it imports however indirectly, and build tags.
func TestResults(t *testing.T) {
	dir := module(t, map[string]string{
		"a/a.go":      "package a\n\nimport \"example.com/app/b\"\n\nfunc F() { b.T{}.Lock() }\n",
		"a/tagged.go": "//go:build slow\n\npackage a\n\nfunc G(c chan int) { <-c }\n",
		"b/b.go":      "package b\n\nimport \"example.com/app/c\"\n\ntype T = c.T\n",
		"c/c.go":      "package c\n\ntype T struct{}\n\nfunc (T) Lock() {}\n",
		"d/d.go":      "package d\n\nfunc F(c chan int) { <-c }\n",
	})
	check := func(want string, args ...string) {
		t.Helper()
		code := exitOK
		if want != "" {
			code = exitFound
		}
		out := run(t, code, checkCommand, append([]string{"-C", dir}, args...)...)
		out = strings.TrimSuffix(out, "greenify: not looked at, for other platforms or tags: a/tagged.go: -everywhere looks at them too\n")
		if want == "" && out != "" || !strings.Contains(out, want) {
			t.Errorf("check %s: %q, want %q", args, out, want)
		}
	}
	edit := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	check("", "./a")
	check("a/tagged.go:5:22: receive", "-tags", "slow", "./a")
	check("", "./a")
	edit("c/c.go", "package c\n\nimport \"sync\"\n\ntype T = *sync.Mutex\n")
	edit("a/a.go", "package a\n\nimport \"example.com/app/b\"\n\nfunc F() { b.T.Lock(nil) }\n")
	check("a/a.go:5:12: sync.(*Mutex).Lock", "./a")
	edit("c/c.go", "package c\n\ntype T struct{}\n\nfunc (T) Lock() {}\n")
	edit("a/a.go", "package a\n\nimport \"example.com/app/b\"\n\nfunc F() { b.T{}.Lock() }\n")
	check("", "./a")
	edit("c/c.go", "package c\n\nimport \"sync\"\n\ntype T struct{ *sync.Mutex }\n") // a is the same
	check("a/a.go:5:", "./a")
	edit("a/a.go", "package a\n\nfunc F() { undefined() }\n")
	if out := run(t, exitUsage, checkCommand, "-C", dir, "./a"); !strings.Contains(out, "a/a.go:3:12") {
		t.Errorf("a type error: %s", out)
	}
	run(t, exitUsage, checkCommand, "-C", dir, "./a") // is not kept

	// Another finding put in the place of the kept one is what check prints.
	check("d/d.go:3:22: receive", "./d")
	list, err := load.List(load.Config{Dir: dir, Tests: true}, "./d")
	if err != nil {
		t.Fatal(err)
	}
	(&results{store: openStore()}).put(list.Keys()[list.Roots[0]], []kept{{Finding{File: "d.go", Line: 7, Message: "kept"}, "d.go", false}})
	check("d/d.go:7: kept", "./d")
}

var checkModule = flag.String("check-module", "", "measure greenify check on the module in this `folder`")

// TestCheckSpeed prints how long go vet and greenify check take on a module:
// both first with empty caches, then check again with nothing changed.
func TestCheckSpeed(t *testing.T) {
	if *checkModule == "" {
		t.Skip("make check-speed runs it")
	}
	dir, bin := *checkModule, filepath.Join(t.TempDir(), "greenify")
	goCommand(t, ".", "build", "-o", bin, "../../cmd/greenify")
	measure := func(title string, name string, args ...string) time.Duration {
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		start := time.Now()
		out, err := cmd.CombinedOutput()
		took := time.Since(start)
		if _, exit := err.(*exec.ExitError); err != nil && !exit {
			t.Fatal(err)
		}
		cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		fmt.Printf("%-28s %9.2f s %9.2f s of processors, %d lines\n", title, took.Seconds(), cpu.Seconds(), strings.Count(string(out), "\n"))
		return took
	}
	t.Setenv("GOCACHE", t.TempDir())
	vet := measure("go vet, empty caches", "go", "vet", "./...")
	t.Setenv("GOCACHE", t.TempDir())
	t.Setenv("GREENIFYCACHE", t.TempDir())
	first := measure("greenify check, empty caches", bin, "check", "./...")
	second := measure("greenify check again", bin, "check", "./...")
	t.Setenv("GREENIFYCACHE", t.TempDir())
	built := measure("greenify check, only built", bin, "check", "./...")
	fmt.Printf("check takes %.2f of the time of vet; again it is %.1f times as fast, %.1f if all was built\n",
		first.Seconds()/vet.Seconds(), first.Seconds()/second.Seconds(), built.Seconds()/second.Seconds())
}
