package insource

import (
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/greenify-go/greenify/testdata/matrix"
)

// platforms is a module of files that no platform has all of.
func platforms(t *testing.T) string {
	const wait = "func %(c chan int) { <-c }\n"
	waits := func(constraint, pkg, name string) string {
		return constraint + "package " + pkg + "\n\n" + strings.Replace(wait, "%", name, 1)
	}
	return module(t, map[string]string{
		"main.go":                 "package main\n\nfunc main() { serve(nil) }\n",
		"serve_linux.go":          "package main\n\nfunc serve(c chan int) {}\n",
		"serve_other.go":          "//go:build !linux\n\npackage main\n\nimport \"example.com/app/lib\"\n\nvar serve = lib.Serve\n",
		"lib/lib.go":              "package lib\n",
		"lib/serve_windows.go":    waits("", "lib", "Serve"),
		"lib/serve.go":            waits("//go:build !windows && !plan9\n\n", "lib", "Serve"),
		"lib/x_plan9.go":          waits("", "lib", "Serve"),
		"lib/y_darwin_test.go":    "package lib\n\nimport \"testing\"\n\nfunc TestServe(t *testing.T) { go Serve(nil) }\n",
		"lib/z_darwin_test.go":    "package lib_test\n\nimport \"testing\"\n\nfunc TestOutside(t *testing.T) { c := make(chan int, 1); c <- 1 }\n",
		"lib/custom.go":           waits("//go:build fast && (linux || fast) && !slow\n\n", "lib", "fast"),
		"lib/cgo.go":              "package lib\n\nimport \"C\"\n\nfunc native(c chan int) { <-c }\n",
		"lib/pure.go":             waits("//go:build !cgo\n\n", "lib", "native"),
		"lib/tools.go":            "//go:build tools\n\npackage lib\n\nimport _ \"example.com/none\"\n",
		"lib/make.go":             waits("//go:build ignore\n\n", "main", "main0"),
		"lib/alone.go":            waits("//go:build make\n\n", "main", "main0"),
		"lib/old.go":              waits("//go:build 386\n\n", "lib", "old"),
		"lib/whole.go":            waits("//go:build greenify\n\n", "lib", "whole"),
		"lib/skip_windows.go":     waits("//greenify:ignore-file stays as it is\n\n", "lib", "skip"),
		"service/only_windows.go": waits("", "service", "wait"),
		"some/some.go":            "package some\n",
		"some/wait_windows.go":    waits("", "some", "wait"),
		"some/some_test.go":       "package some\n\nimport \"testing\"\n\nfunc TestSome(t *testing.T) {}\n",
		"service/testdata/x.go":   "package broken(",
	})
}

const (
	leftAlone = "greenify: lib/alone.go: not looked at: package main, a program of its own\n"
	leftOld   = "greenify: lib/old.go: not looked at: for no platform of amd64 or arm64, and package green has no other\n"
)

// platformBuilds build every file of the module, together.
var platformBuilds = []struct{ env, tags string }{
	{"GOOS=linux CGO_ENABLED=1", ""},
	{"GOOS=linux CGO_ENABLED=0", "fast"},
	{"GOOS=windows CGO_ENABLED=0", ""},
	{"GOOS=darwin CGO_ENABLED=0", ""},
}

// vet builds and vets the module, tests included, on each of its platforms, or on the first
// (make matrix has all: each other one has a standard library to compile).
func vet(t *testing.T, dir, tag string) {
	t.Helper()
	for i, b := range platformBuilds {
		if i > 0 && !matrix.Whole() {
			continue
		}
		for _, kv := range strings.Fields(b.env) {
			k, v, _ := strings.Cut(kv, "=")
			t.Setenv(k, v)
		}
		goCommand(t, dir, "vet", "-tags="+tag+","+b.tags, "./...")
		goCommand(t, dir, "build", "-o", os.DevNull, "-tags="+tag+","+b.tags, ".")
	}
	os.Unsetenv("GOOS")
	os.Unsetenv("CGO_ENABLED")
}

// One run makes the twins of all platforms and tags, wherever it runs; the files
// that are part of no package with package green are named.
func TestGenerateEverywhere(t *testing.T) {
	dir := platforms(t)
	before := goFiles(t, dir)
	out := run(t, exitOK, generateCommand, "-C", dir, "./...")
	if n := strings.Count(out, "not looked at"); n != 2 || !strings.Contains(out, leftAlone) || !strings.Contains(out, leftOld) {
		t.Errorf("%d files are named:\n%s", n, out)
	}
	files := goFiles(t, dir)
	var twins []string
	for name := range files {
		if rel, _ := filepath.Rel(dir, name); before[name] == "" {
			twins = append(twins, rel)
		}
	}
	slices.Sort(twins)
	// Main has a twin because on other systems it imports a patched package.
	want := []string{"green_register.go", "lib/cgo_green.go", "lib/custom_green.go", "lib/green_register.go", "lib/pure_green.go", "lib/serve_green.go", "lib/serve_green_windows.go",
		"lib/x_green_plan9.go", "lib/y_green_darwin_test.go", "lib/z_green_darwin_test.go", "main_green.go", "service/green_register.go", "service/only_green_windows.go",
		"some/green_register.go", "some/some_green_test.go", "some/wait_green_windows.go"}
	if !slices.Equal(twins, want) {
		t.Errorf("twins are\n%q\nwant\n%q", twins, want)
	}
	vet(t, dir, "")
	vet(t, dir, "green")
	for _, os := range []string{"linux", "windows", "darwin"} {
		if os == "darwin" && !matrix.Whole() {
			continue
		}
		t.Setenv("GOOS", os)
		run(t, exitOK, generateCommand, "-check", "-C", dir, "./...")
		run(t, exitOK, generateCommand, "-C", dir, "./...")
		same(t, "generate on "+os, goFiles(t, dir), files)
	}
	edit(t, filepath.Join(dir, "service/only_windows.go"), "<-c", "c <- 1")
	t.Setenv("GOOS", "linux")
	if out := run(t, exitFound, generateCommand, "-check", "-C", dir, "./..."); !strings.HasPrefix(out, "service/only_green_windows.go\n") {
		t.Errorf("-check of a twin for another system: %s", out)
	}
	run(t, exitOK, generateCommand, "-C", dir, "./service")
	run(t, exitOK, generateCommand, "-clean", "-C", dir, "./...")
	want2 := maps.Clone(before)
	want2[filepath.Join(dir, "service/only_windows.go")] = "package service\n\nfunc wait(c chan int) { c <- 1 }\n"
	same(t, "-clean", goFiles(t, dir), want2)
}

// Rewrite patches the files of all platforms and tags at once, diff and check see
// them; check only if it is asked to, as go vet, but it names them.
func TestRewriteEverywhere(t *testing.T) {
	dir := platforms(t)
	before := goFiles(t, dir)
	out := run(t, exitFound, checkCommand, "-C", dir)
	if !strings.Contains(out, "not looked at, for other platforms or tags: lib/alone.go lib/custom.go lib/old.go lib/pure.go lib/serve_windows.go lib/x_plan9.go lib/y_darwin_test.go lib/z_darwin_test.go serve_other.go service/only_windows.go some/wait_windows.go: -everywhere looks at them too\n") {
		t.Errorf("check does not say what it left out:\n%s", out)
	}
	out = run(t, exitFound, checkCommand, "-everywhere", "-C", dir)
	for _, want := range []string{
		"lib/custom.go:5:25: receive", "lib/pure.go:5:27: receive", "lib/serve.go:5:26: receive", "lib/serve_windows.go:3:26: receive", "lib/x_plan9.go:3:26: receive",
		"lib/y_darwin_test.go:5:32: go statement", "lib/z_darwin_test.go:5:58: send", "service/only_windows.go:3:25: receive", leftAlone, leftOld,
	} {
		if strings.Count(out, want) != 1 {
			t.Errorf("check -everywhere prints %q %d times:\n%s", want, strings.Count(out, want), out)
		}
	}
	if strings.Contains(out, "not registered") {
		t.Errorf("packages are said not to register, and nothing is patched:\n%s", out)
	}
	if again := run(t, exitFound, checkCommand, "-everywhere", "-C", dir); again != out {
		t.Errorf("a second check prints\n%s\nthe first\n%s", again, out)
	}
	if out := run(t, exitFound, diffCommand, "-C", dir); !strings.Contains(out, "+func wait(c chan int) { green.Recv(c) }") || !strings.Contains(out, leftAlone) {
		t.Errorf("diff prints\n%s", out)
	}
	if out := run(t, exitFound, diffCommand, "-everywhere=false", "-C", dir); strings.Contains(out, "wait(c chan int)") || !strings.Contains(out, "some/wait_windows.go: -everywhere looks at them too\n") {
		t.Errorf("diff -everywhere=false prints\n%s", out)
	}
	same(t, "check and diff", goFiles(t, dir), before)

	out = run(t, exitOK, rewriteCommand, "-w", "-C", dir)
	if !strings.Contains(out, leftAlone) || !strings.Contains(out, leftOld) {
		t.Errorf("rewrite prints\n%s", out)
	}
	patched := goFiles(t, dir)
	vet(t, dir, "")
	for _, os := range []string{"linux", "windows"} {
		t.Setenv("GOOS", os)
		if out := run(t, exitOK, checkCommand, "-everywhere", "-C", dir); out != leftAlone+leftOld {
			t.Errorf("check of the patched tree: %s", out)
		}
		run(t, exitOK, rewriteCommand, "-w", "-C", dir)
		same(t, "rewrite on "+os, goFiles(t, dir), patched)
	}
}

// What cannot be patched on every platform that its files are for is refused, with
// the platform and a way out, and nothing is written.
func TestEverywhereRefused(t *testing.T) {
	const ok = "package lib\n\nfunc f(c chan int) { <-c }\n"
	write := func(args []string, stdout, stderr io.Writer) int {
		return rewriteCommand(append([]string{"-w"}, args...), stdout, stderr)
	}
	all := []func([]string, io.Writer, io.Writer) int{generateCommand, write, diffCommand}
	for _, test := range []struct {
		name, want string
		commands   []func([]string, io.Writer, io.Writer) int
		files      map[string]string
	}{
		{"type error", "x_windows.go:3:12: undefined: nothing\n", all, map[string]string{"x_windows.go": "package lib\n\nfunc g() { nothing() }\n"}},
		{"syntax error", "x_windows.go:3:9: ", all, map[string]string{"x_windows.go": "package lib\n\nfunc g( {\n"}},
		{"import", "x_windows.go:3:8: could not import example.com/none", all, map[string]string{"x_windows.go": "package lib\n\nimport \"example.com/none\"\n\nfunc g() { none.F() }\n"}},
		{"differs", "lib/f.go:1: what is to be patched in it differs by platform or tags", all, map[string]string{
			"f.go":         "package lib\n\nfunc h() { mu.Lock(); mu.Unlock() }\n",
			"x_windows.go": "package lib\n\ntype none struct{}\n\nfunc (none) Lock() {}\nfunc (none) Unlock() {}\n\nvar mu none\n",
			"x_other.go":   "//go:build !windows\n\npackage lib\n\nimport \"sync\"\n\nvar mu sync.Mutex\n",
		}},
		{"differs elsewhere", "lib/f.go:1: what is to be patched in it differs by platform or tags", all, map[string]string{
			"f.go":         "package lib\n\nfunc h() { all.Wait() }\n",
			"x_windows.go": "package lib\n\nimport \"sync\"\n\nvar all sync.WaitGroup\n",
			"x_other.go":   "//go:build !windows\n\npackage lib\n\ntype group struct{}\n\nfunc (group) Wait() {}\n\nvar all group\n",
		}},
	} {
		if !matrix.Part(test.name, 3) {
			continue
		}
		t.Run(test.name, func(t *testing.T) {
			files := map[string]string{"lib/lib.go": ok}
			for name, text := range test.files {
				files["lib/"+name] = text
			}
			dir := module(t, files)
			before := goFiles(t, dir)
			for _, f := range test.commands {
				out := run(t, exitUsage, f, "-C", dir, "./lib")
				if !strings.Contains(out, test.want) || !strings.Contains(out, "that is for GOOS=windows GOARCH=amd64 CGO_ENABLED=0, which lib/x_windows.go needs: ") {
					t.Errorf("no %q in %s", test.want, out)
				}
				same(t, "refused", goFiles(t, dir), before)
			}
			run(t, exitFound, checkCommand, "-C", dir, "./lib")
			if !strings.HasPrefix(test.name, "differs") {
				run(t, exitUsage, checkCommand, "-everywhere", "-C", dir, "./lib")
			}
			if out := run(t, exitOK, generateCommand, "-everywhere=false", "-C", dir, "./lib"); !strings.Contains(out, "not looked at, for other platforms or tags: lib/x_windows.go: ") {
				t.Errorf("the file that is left out is not named: %s", out)
			}
		})
	}
	dir := module(t, map[string]string{"lib/lib.go": ok, "lib/x_windows.go": "//greenify:ignore-file not ours\n\npackage lib\n\nfunc g() { nothing() }\n"})
	run(t, exitOK, generateCommand, "-C", dir, "./lib")
}
