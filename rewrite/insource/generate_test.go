package insource

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A twin is built on the platforms of its original.
func TestTwinName(t *testing.T) {
	for name, want := range map[string]string{
		"a/x.go":                "a/x_green.go",
		"x_y.go":                "x_y_green.go",
		"x_linux.go":            "x_green_linux.go",
		"x_arm64.go":            "x_green_arm64.go",
		"x_linux_amd64.go":      "x_green_linux_amd64.go",
		"x_amd64_linux.go":      "x_amd64_green_linux.go", // only the last counts
		"linux.go":              "linux_green.go",         // means nothing without what precedes _
		"linux_amd64.go":        "linux_green_amd64.go",
		"x_unix.go":             "x_unix_green.go", // is no GOOS
		"x_linux.pb.go":         "x_green_linux.pb.go",
		"x_windows_test.pb.go":  "x_green_windows_test.pb.go",
		"x_green.go":            "x_green_green.go",
		"x_linux_amd64_more.go": "x_linux_amd64_more_green.go",
	} {
		if got := twinName(name); got != want {
			t.Errorf("the twin of %s is %s, want %s", name, got, want)
		}
	}
}

// withoutTag undoes constrain, to the byte.
func TestConstrain(t *testing.T) {
	for src, want := range map[string]string{
		"package p\n":                  "//go:build !green\n\npackage p\n",
		"package p\r\n":                "//go:build !green\r\n\r\npackage p\r\n",
		"\ufeffpackage p\n":            "\ufeff//go:build !green\n\npackage p\n",
		"\n\n// Package p.\npackage p": "//go:build !green\n\n\n\n// Package p.\npackage p",
		"// License.\n\n//go:build linux\n\npackage p\n":    "// License.\n\n//go:build !green && linux\n\npackage p\n",
		"//go:build  linux && !cgo \t\r\n\r\npackage p\r\n": "//go:build  !green && linux && !cgo \t\r\n\r\npackage p\r\n",
		"//go:build a || b\n\npackage p\n":                  "//go:build !green && (a || b)\n\npackage p\n",
		"//go:build (a || b)\n\npackage p\n":                "//go:build !green && ((a || b))\n\npackage p\n",
		"//go:build (a||b) && (c)\n\npackage p\n":           "//go:build !green && (a||b) && (c)\n\npackage p\n",
		"/*\n//go:build no\n*/\n\npackage p\n":              "//go:build !green\n\n/*\n//go:build no\n*/\n\npackage p\n",
	} {
		out, err := constrain([]byte(src), "!green")
		if err != nil || string(out) != want {
			t.Errorf("constrain(%q): %q, %v, want %q", src, out, err, want)
		}
		dir := t.TempDir()
		name := filepath.Join(dir, "x.go")
		if err := os.WriteFile(name, out, 0o666); err != nil {
			t.Fatal(err)
		}
		g := &generator{have: map[string][]byte{}, folders: map[string]map[string]*source{}, command: newCommand(Config{Dir: dir})}
		files, err := g.scan(dir)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(files[name].plain); got != src {
			t.Errorf("%q without the tag is %q, want %q", out, got, src)
		}
	}
	for _, expr := range []string{"linux", "green", "!green || linux", "!green && a || b", "linux && !green", "!greenish"} {
		if own, ok := withoutTag(expr); ok {
			t.Errorf("%q is not what constrain writes, but without the tag it is %q", expr, own)
		}
	}
}

// edit replaces text in a file.
func edit(t *testing.T, name, old, new string) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), old) {
		t.Fatalf("%s has no %q", name, old)
	}
	if err := os.WriteFile(name, []byte(strings.Replace(string(data), old, new, 1)), 0o666); err != nil {
		t.Fatal(err)
	}
}

// goFiles is the tree without what the go command may change.
func goFiles(t *testing.T, dir string) map[string]string {
	files := tree(t, dir)
	maps.DeleteFunc(files, func(name, _ string) bool { return !strings.HasSuffix(name, ".go") })
	return files
}

func same(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	for name := range want {
		if _, ok := got[name]; !ok {
			t.Errorf("%s: %s is missing", what, name)
		} else if got[name] != want[name] {
			t.Errorf("%s: %s is\n%s\nwant\n%s", what, name, got[name], want[name])
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("%s: %s is there", what, name)
		}
	}
}

// The twins follow their originals: edited, without anything to patch, renamed;
// and clean leaves the originals as they are by then, to the byte.
func TestGenerate(t *testing.T) {
	dir := twoPackages(t)
	before := goFiles(t, dir)
	run(t, exitFound, generateCommand, "-check", "-C", dir, "./...")
	same(t, "-check", goFiles(t, dir), before)

	run(t, exitOK, generateCommand, "-C", dir, "./...")
	twins := goFiles(t, dir)
	if len(twins) != len(before)+4 { // two twins, two registrations
		t.Errorf("%d files", len(twins))
	}
	if twin := twins[filepath.Join(dir, "main_green.go")]; !strings.HasPrefix(twin, twinHeader+"\n\n//go:build green\n") || !strings.Contains(twin, "patched.Main(") {
		t.Errorf("twin:\n%s", twin)
	}
	for name, text := range before {
		if got := twins[name]; got != text && got != "//go:build !green\n\n"+text {
			t.Errorf("original %s:\n%s", name, got)
		}
		if strings.Contains(twins[name], "green.") {
			t.Errorf("%s is patched", name)
		}
	}
	if out := run(t, exitOK, generateCommand, "-C", dir, "./..."); strings.Contains(out, ".go\n") {
		t.Errorf("a second run changes %s", out)
	}
	run(t, exitOK, generateCommand, "-check", "-C", dir, "./...")
	run(t, exitOK, generateCommand, "-check", "-C", dir) // "." agrees with ./...
	same(t, "second run", goFiles(t, dir), twins)
	for _, tags := range []string{"", "green"} {
		if out := goCommand(t, dir, "run", "-tags="+tags, "."); out != "1\n" {
			t.Errorf("the program with tag %q prints %q", tags, out)
		}
	}

	lib, twin := filepath.Join(dir, "lib/lib.go"), filepath.Join(dir, "lib/lib_green.go")
	edit(t, lib, "c <- n\n", "c <- n + 1\n")
	if out := run(t, exitFound, generateCommand, "-check", "-C", dir, "./..."); out != "lib/lib_green.go\n" {
		t.Errorf("-check prints %q", out)
	}
	run(t, exitOK, generateCommand, "-C", filepath.Join(dir, "lib"))
	if data, _ := os.ReadFile(twin); !strings.Contains(string(data), "green.Send(c, n+1)") {
		t.Errorf("the twin does not follow:\n%s", data)
	}

	if err := os.Rename(lib, filepath.Join(dir, "lib/new.go")); err != nil {
		t.Fatal(err)
	}
	run(t, exitOK, generateCommand, "-C", dir, "./...")
	if _, err := os.Stat(twin); err == nil {
		t.Error("a twin without an original stays")
	}
	run(t, exitOK, generateCommand, "-clean", "-C", dir, "./...")
	want := maps.Clone(before)
	want[filepath.Join(dir, "lib/new.go")] = strings.Replace(library, "c <- n\n", "c <- n + 1\n", 1)
	delete(want, lib)
	same(t, "-clean", goFiles(t, dir), want)
}

// A file with nothing left to patch is as it was without the twin, and when the
// last is gone main needs no hub.
func TestGenerateNothingLeft(t *testing.T) {
	dir := module(t, map[string]string{
		"main.go":    "package main\n\nimport \"example.com/app/lib\"\n\nfunc main() { lib.Serve(make(chan int, 1), 1) }\n",
		"lib/lib.go": library,
	})
	main := filepath.Join(dir, "main_green.go")
	run(t, exitOK, generateCommand, "-C", dir) // main alone, but it depends on lib
	if _, err := os.Stat(main); err != nil {
		t.Fatal(err)
	}
	run(t, exitOK, generateCommand, "-C", dir, "./...")
	lib := filepath.Join(dir, "lib/lib.go")
	edit(t, lib, "\tmu.Lock()\n\tdefer mu.Unlock()\n\tc <- n\n", "")
	edit(t, lib, "import \"sync\"\n\nvar mu sync.Mutex\n\n", "")
	run(t, exitOK, generateCommand, "-C", dir, "./...")
	want := map[string]string{
		filepath.Join(dir, "main.go"): "package main\n\nimport \"example.com/app/lib\"\n\nfunc main() { lib.Serve(make(chan int, 1), 1) }\n",
		lib:                           "// Package lib serves.\npackage lib\n\n// Serve sends n.\nfunc Serve(c chan int, n int) {\n}\n",
	}
	same(t, "nothing left", goFiles(t, dir), want)
}

// Files of other platforms keep their twins, and the registration does not
// depend on the platform.
func TestGeneratePlatforms(t *testing.T) {
	dir := module(t, map[string]string{
		"a_linux.go":   "package app\n\nfunc a(c chan int) { <-c }\n",
		"b_windows.go": "package app\n\nfunc a(c chan int) { <-c }\n",
		"c.go":         "//go:build linux || windows\r\n\r\npackage app\r\n\r\nfunc c(c chan int) { a(c); <-c }\r\n",
		"a_test.go":    "package app\n\nimport \"testing\"\n\nfunc TestA(t *testing.T) { c := make(chan int); go c0(c); c <- 1; c <- 2 }\n\nvar c0 = c\n",
		"x_test.go":    "package app_test\n\nimport (\n\t\"testing\"\n\t\"time\"\n\n\tgreen \"github.com/greenify-go/greenify/runtime\"\n)\n\nfunc TestX(t *testing.T) { time.Sleep(1); t.Log(\"in the hub:\", green.InHub()) }\n",
		"gen.go":       "// Code generated by hand. DO NOT EDIT.\n\npackage app\n\nfunc g(c chan int) { <-c }\n",
		"skip.go":      "//greenify:ignore-file stays plain\npackage app\n\nfunc s(c chan int) { <-c }\n",
	})
	before := goFiles(t, dir)
	t.Setenv("GOOS", "linux")
	out := run(t, exitOK, generateCommand, "-everywhere=false", "-C", dir)
	for _, want := range []string{"gen.go:3: generated, ", "not looked at, for other platforms or tags: b_windows.go: "} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}
	t.Setenv("GOOS", "windows")
	for _, flag := range []string{"-everywhere=false", "-everywhere"} {
		if out := run(t, exitFound, generateCommand, "-check", flag, "-C", dir); !strings.HasPrefix(out, "b_green_windows.go\nb_windows.go\n") {
			t.Errorf("windows needs %s", out)
		}
	}
	run(t, exitOK, generateCommand, "-everywhere=false", "-C", dir)
	goCommand(t, dir, "vet", "-tags=green", ".")
	t.Setenv("GOOS", "linux")
	run(t, exitOK, generateCommand, "-check", "-C", dir)
	if out := goCommand(t, dir, "test", "-v", "-tags=green", "."); !strings.Contains(out, "in the hub: true") {
		t.Errorf("patched tests: %s", out)
	}
	if out := goCommand(t, dir, "test", "-v", "."); !strings.Contains(out, "in the hub: false") {
		t.Errorf("unpatched tests: %s", out)
	}

	files := goFiles(t, dir)
	for name, want := range map[string]string{
		"c.go":               "//go:build !green && (linux || windows)\r\n",
		"c_green.go":         twinHeader + "\r\n\r\n//go:build green && (linux || windows)\r\n",
		"a_green_test.go":    twinHeader + "\n\n//go:build green\n",
		"x_green_test.go":    twinHeader + "\n\n//go:build green\n",
		"a_green_linux.go":   twinHeader + "\n\n//go:build green\n",
		"b_green_windows.go": twinHeader + "\n\n//go:build green\n",
		registerFile:         twinHeader + "\n\n//go:build green\n",
	} {
		if got := files[filepath.Join(dir, name)]; !strings.HasPrefix(got, want) {
			t.Errorf("%s is\n%q\nwant the start\n%q", name, got, want)
		}
	}
	for _, name := range []string{"gen.go", "skip.go"} {
		if name := filepath.Join(dir, name); files[name] != before[name] {
			t.Errorf("%s changed", name)
		}
	}
	run(t, exitOK, generateCommand, "-clean", "-C", dir)
	same(t, "-clean", goFiles(t, dir), before)
}

// What has no safe twin is refused with its place, and nothing is written.
func TestGenerateRefused(t *testing.T) {
	const wait = "package lib\n\nfunc f(c chan int) { <-c }\n"
	for _, test := range []struct {
		name, want string
		files      map[string]string
	}{
		{"name taken", "lib/x_green.go:1: the name is that of the twin of lib/x.go", map[string]string{"x.go": wait, "x_green.go": "package lib\n"}},
		{"register taken", "lib/green_register.go:1: the name is that of a generated file", map[string]string{"x.go": wait, "green_register.go": "package lib\n"}},
		{"plus build", "lib/x.go:1: a +build line", map[string]string{"x.go": "// +build linux !linux\n\n" + wait}},
		{"tag taken", "lib/y.go:2: the constraint uses the tag green", map[string]string{"x.go": wait, "y.go": "// Y.\n//go:build linux && green\n\npackage lib\n"}},
		{"own tag", "lib/x.go:1: the constraint uses the tag green", map[string]string{"x.go": "//go:build linux || !green\n\n" + wait}},
		{"type error", "x.go:3", map[string]string{"x.go": "package lib\n\nfunc f(c chan int) { <-d }\n"}},
		{"other package broken", "broken.go:3", map[string]string{"x.go": wait, "../broken/broken.go": "package broken\n\nvar x int = \"\"\n"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			files := map[string]string{}
			for name, text := range test.files {
				files["lib/"+name] = text
			}
			dir := module(t, files)
			before := goFiles(t, dir)
			if out := run(t, exitUsage, generateCommand, "-C", dir, "./..."); !strings.Contains(out, test.want) {
				t.Errorf("no %q in %s", test.want, out)
			}
			same(t, "refused", goFiles(t, dir), before)
		})
	}
	dir := module(t, map[string]string{"lib/lib.go": library})
	for _, args := range [][]string{{"-tags=x,green", "./..."}, {"fmt"}, {"./nowhere"}} {
		run(t, exitUsage, generateCommand, append([]string{"-C", dir}, args...)...)
	}
	run(t, exitOK, generateCommand, "-C", dir, "./...")
	t.Setenv("GOFLAGS", "-mod=mod -tags=green")
	if out := run(t, exitUsage, generateCommand, "-C", dir, "./..."); !strings.Contains(out, "take it out of GOFLAGS") {
		t.Errorf("with the tag in GOFLAGS: %s", out)
	}
}

// The registration stays while any platform has a twin.
func TestGenerateOtherPlatform(t *testing.T) {
	dir := module(t, map[string]string{
		"a.go":         "package app\n",
		"b_windows.go": "package app\n\nfunc a(c chan int) { <-c }\n",
	})
	t.Setenv("GOOS", "windows")
	run(t, exitOK, generateCommand, "-everywhere=false", "-C", dir)
	t.Setenv("GOOS", "linux")
	run(t, exitOK, generateCommand, "-check", "-everywhere=false", "-C", dir)
}
