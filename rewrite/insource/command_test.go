package insource

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// check finds, diff shows, rewrite patches; after that check and diff are
// silent, a second rewrite changes nothing and the program builds.
func TestCommands(t *testing.T) {
	dir := twoPackages(t)
	out := run(t, exitFound, checkCommand, "-C", dir)
	for _, want := range []string{
		"main.go:11:2: go statement starts a goroutine outside the hub: replace it by green.Go (yield)\n",
		"main.go:12:2: time.Sleep holds the hub while it sleeps: replace it by green.Sleep (yield)\n",
		"lib/lib.go:10:2: sync.(*Mutex).Lock holds the hub",
		"main.go:9:6: main does not start the hub: defer patched.Main first (main)\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("check does not print %q:\n%s", want, out)
		}
	}
	before := tree(t, dir)
	out = run(t, exitFound, diffCommand, "-C", dir)
	for _, want := range []string{"--- a/main.go\n+++ b/main.go\n", "-\ttime.Sleep(time.Millisecond) // let it start\n", "+\tgreen.Sleep(time.Millisecond) // let it start\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("diff does not print %q:\n%s", want, out)
		}
	}
	if after := tree(t, dir); fmt.Sprint(before) != fmt.Sprint(after) {
		t.Error("check or diff changed the tree")
	}

	out = run(t, exitOK, rewriteCommand, "-w", "-C", dir)
	if !strings.Contains(out, "lib/lib.go\n") || !strings.Contains(out, " in 2 files, 0 left") {
		t.Errorf("rewrite prints %q", out)
	}
	patched := tree(t, dir)
	if out := run(t, exitOK, checkCommand, "-C", dir); out != "" {
		t.Errorf("check of the patched tree: %s", out)
	}
	if out := run(t, exitOK, diffCommand, "-C", dir); out != "" {
		t.Errorf("diff of the patched tree: %s", out)
	}
	run(t, exitOK, rewriteCommand, "-w", "-C", dir)
	if again := tree(t, dir); fmt.Sprint(again) != fmt.Sprint(patched) {
		t.Error("a second rewrite changed the tree")
	}
	if out := goCommand(t, dir, "run", "."); out != "1\n" {
		t.Errorf("the patched program prints %q", out)
	}
}

// The hub starts in main even if only another package has something to patch.
func TestMainOnlyStarts(t *testing.T) {
	dir := module(t, map[string]string{
		"main.go":    "package main\n\nimport \"example.com/app/lib\"\n\nfunc main() {\n\tlib.Serve(make(chan int, 1), 1)\n}\n",
		"lib/lib.go": library,
	})
	run(t, exitOK, rewriteCommand, "-w", "-C", dir)
	if main := tree(t, dir)[filepath.Join(dir, "main.go")]; !strings.Contains(main, "patched.Main(") {
		t.Errorf("main is not patched:\n%s", main)
	}
}

// A patched package under a main that is not, or in the tests of another package
// that are not, does not start.
func TestUnpatchedMain(t *testing.T) {
	dir := module(t, map[string]string{
		"main.go":     "package main\n\nimport \"example.com/app/lib\"\n\nfunc init() { println(\"init\") }\n\nfunc main() {\n\tlib.Serve(make(chan int, 1), 1)\n\tprintln(\"main\")\n}\n",
		"app_test.go": "package main\n\nimport \"testing\"\n\nfunc TestMine(t *testing.T) { main() }\n",
		"lib/lib.go":  library,
	})
	run(t, exitOK, rewriteCommand, "-w", "-C", dir, "./lib")
	start := func(env string, args ...string) string {
		cmd := exec.Command("go", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GREENIFY="+env)
		out, _ := cmd.CombinedOutput()
		return string(out)
	}
	const want = "greenify: package example.com/app/lib is patched in source, but package main, example.com/app, is not:\n\tpatch it too: greenify rewrite -w example.com/app\n\tor run without the patch: GREENIFY=off\nexit status 2\n"
	if out := start("", "run", "."); out != want {
		t.Errorf("unpatched main prints %q, want %q", out, want)
	}
	if out := start("off", "run", "."); out != "init\nmain\n" {
		t.Errorf("GREENIFY=off prints %q", out)
	}
	if out := start("", "test", "."); !strings.Contains(out, "but the tests of example.com/app are not:\n\tpatch them too: greenify rewrite -w example.com/app\n") {
		t.Errorf("unpatched tests print %q", out)
	}
	run(t, exitOK, rewriteCommand, "-w", "-C", dir, ".", "./lib")
	if out := start("", "run", "."); out != "init\nmain\n" {
		t.Errorf("patched main prints %q", out)
	}
	if out := start("", "test", "."); !strings.HasPrefix(out, "ok ") {
		t.Errorf("patched tests print %q", out)
	}
}

// Tests of every kind run as green threads in a rewritten package: one at a time
// but for where they wait, so the counter is exact and all is InHub. The tests
// themselves say so; the second file is of the external test package.
func TestRewriteTests(t *testing.T) {
	const tests = `package lib

import (
	"os"
	"sync"
	"testing"
	"time"

	green "github.com/greenify-go/greenify/runtime"
)

var counter, sink int

func add(t testing.TB) {
	if !green.InHub() {
		t.Errorf("%s is not in the hub", t.Name())
	}
	n := counter
	for k := range 100_000 {
		sink += k
	}
	counter = n + 1
}

func TestParts(t *testing.T) {
	t.Cleanup(func() { add(t) })
	for range 4 {
		t.Run("part", func(t *testing.T) {
			t.Parallel()
			for range 50 {
				add(t)
				time.Sleep(time.Microsecond)
			}
		})
	}
}

func TestMore(t *testing.T) {
	t.Parallel()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				add(t)
				time.Sleep(time.Microsecond)
			}
		})
	}
	wg.Wait()
}

func TestFails(t *testing.T) {
	if os.Getenv("FAIL") != "" {
		defer add(t)
		t.Fatal("as it should")
	}
}

func FuzzAdd(f *testing.F) {
	f.Add(1)
	f.Fuzz(func(t *testing.T, n int) { add(t) })
}

func BenchmarkAdd(b *testing.B) {
	b.Run("sub", func(b *testing.B) {
		for b.Loop() {
			add(b)
		}
	})
}
`
	const external = `package lib_test

import (
	"fmt"
	"testing"
	"time"

	"example.com/app/lib"

	green "github.com/greenify-go/greenify/runtime"
)

func ExampleServe() {
	c := make(chan int)
	go lib.Serve(c, 1)
	fmt.Println(<-c, green.InHub())
	// Output: 1 true
}

func TestOutside(t *testing.T) {
	done := make(chan bool)
	time.AfterFunc(1, func() { done <- green.InHub() })
	if !<-done || !green.InHub() {
		t.Error("outside the hub")
	}
}
`
	const testMain = `package lib

import (
	"fmt"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	code := m.Run()
	fmt.Println("counter", counter)
	os.Exit(code)
}
`
	for _, test := range []struct {
		title string
		files map[string]string
	}{
		{"without TestMain", map[string]string{"lib/lib.go": library, "lib/lib_test.go": tests, "lib/external_test.go": external}},
		{"with TestMain", map[string]string{"lib/lib.go": library, "lib/lib_test.go": tests, "lib/external_test.go": external, "lib/main_test.go": testMain}},
	} {
		t.Run(test.title, func(t *testing.T) {
			dir := module(t, test.files)
			out := run(t, exitOK, rewriteCommand, "-w", "-C", dir)
			for name := range test.files {
				if !strings.Contains(out, name) {
					t.Errorf("%s is not patched:\n%s", name, out)
				}
			}
			if out := run(t, exitOK, rewriteCommand, "-w", "-C", dir); !strings.Contains(out, "0 sites in 0 files") {
				t.Errorf("a second rewrite: %s", out)
			}
			if out := run(t, exitOK, checkCommand, "-C", dir); out != "" {
				t.Errorf("check of the patched tests: %s", out)
			}
			out = goCommand(t, dir, "test", "-v", "-count=1", "-bench=.", "-benchtime=10x", "./lib")
			for _, want := range []string{"--- PASS: TestParts/part#03", "--- PASS: TestMore", "--- PASS: FuzzAdd", "--- PASS: ExampleServe", "--- PASS: TestOutside", "BenchmarkAdd/sub"} {
				if !strings.Contains(out, want) {
					t.Errorf("go test does not print %q:\n%s", want, out)
				}
			}
			if test.files["lib/main_test.go"] != "" && !strings.Contains(out, "counter 4") { // 401 and the benchmark's
				t.Errorf("updates were lost:\n%s", out)
			}
			t.Setenv("FAIL", "1")
			cmd := exec.Command("go", "test", "./lib")
			cmd.Dir = dir
			if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "as it should") || strings.Contains(string(out), "not in the hub") {
				t.Errorf("a test that fails: %v\n%s", err, out)
			}
			if out := goCommand(t, dir, "vet", "./lib"); out != "" {
				t.Errorf("go vet: %s", out)
			}
		})
	}
}

// Nothing is written if anything does not parse or type-check: every command says
// where, and so does go vet.
func TestBroken(t *testing.T) {
	write := func(args []string, stdout, stderr io.Writer) int {
		return rewriteCommand(append([]string{"-w"}, args...), stdout, stderr)
	}
	fix := func(args []string, stdout, stderr io.Writer) int {
		return checkCommand(append([]string{"-fix"}, args...), stdout, stderr)
	}
	for name, broken := range map[string]struct{ file, text, want string }{
		"syntax error":             {"broken/broken.go", "package broken\n\nfunc f( {\n", "broken/broken.go:3:9: expected ')', found '{'"},
		"package clause":           {"broken/broken.go", "// Broken.\npackege broken\n", "broken/broken.go:2:1: expected 'package', found packege"},
		"type error":               {"broken/broken.go", "package broken\n\nvar x int = \"x\"\n", "broken/broken.go:3:13: cannot use \"x\" (untyped string constant) as int value in variable declaration"},
		"type error in a function": {"lib/more.go", "package lib\n\nfunc more(c chan int) {\n\tc <- undefined\n}\n", "lib/more.go:4:7: undefined: undefined"},
		"error in a test":          {"lib/lib_test.go", "package lib\n\nvar x = serve\n", "lib/lib_test.go:3:9: undefined: serve"},
		"two packages":             {"lib/more.go", "package more\n", "lib/more.go:1:1: package more; expected package lib"},
		"import":                   {"lib/more.go", "package lib\n\nimport \"example.com/app/none\"\n\nvar x = none.X\n", "lib/more.go:3:8: "},
	} {
		t.Run(name, func(t *testing.T) {
			dir := module(t, map[string]string{"lib/lib.go": library, broken.file: broken.text})
			before := goFiles(t, dir)
			for i, f := range []func([]string, io.Writer, io.Writer) int{checkCommand, fix, diffCommand, write, generateCommand} {
				if out := run(t, exitUsage, f, "-C", dir, "./..."); !strings.Contains(out, broken.want) {
					t.Errorf("command %d: no %q in %s", i, broken.want, out)
				}
				same(t, "broken", goFiles(t, dir), before)
			}
			for _, args := range [][]string{{"vet", "-vettool=" + os.Args[0], "./..."}, {"fix", "-fixtool=" + os.Args[0], "./..."}} {
				cmd := exec.Command("go", args...)
				cmd.Dir = dir
				if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), path.Base(broken.file)) {
					t.Errorf("go %s: %v: %s", args[0], err, out)
				}
			}
			if data, _ := os.ReadFile(filepath.Join(dir, broken.file)); string(data) != broken.text {
				t.Errorf("%s changed:\n%s", broken.file, data)
			}
		})
	}
}

// A module that does not require package green yet is told how to.
func TestNotRequired(t *testing.T) {
	dir := module(t, map[string]string{"lib/lib.go": library})
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/app\n\ngo 1.26\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOFLAGS", "")
	t.Setenv("GOPROXY", "off")
	run(t, exitFound, checkCommand, "-C", dir)
	write := func(args []string, stdout, stderr io.Writer) int {
		return rewriteCommand(append([]string{"-w"}, args...), stdout, stderr)
	}
	if out := run(t, exitFound, diffCommand, "-C", dir, "./lib"); !strings.Contains(out, "+\tgreen.Lock(&mu)\n") || !strings.Contains(out, "not type-checked") {
		t.Errorf("diff: %s", out)
	}
	for _, f := range []func([]string, io.Writer, io.Writer) int{write, generateCommand} {
		if out := run(t, exitUsage, f, "-C", dir, "./lib"); !strings.Contains(out, "nothing was written: patched code imports github.com/greenify-go/greenify/runtime/patched, and this module cannot:") ||
			!strings.Contains(out, "no required module provides package") || !strings.Contains(out, "run it again with -get, which requires it in the same step\n") {
			t.Errorf("no remedy: %s", out)
		}
	}
	// What the go command finds wrong with go.mod is said as it says it.
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/app\n\ngo 1.26\n\nrequire example.com/none v1.0.0\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "lib/none.go"), []byte("package lib\n\nimport _ \"example.com/none\"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if out := run(t, exitUsage, checkCommand, "-C", dir); !strings.Contains(out, "example.com/none") || !strings.Contains(out, "go.sum") {
		t.Errorf("a module that is not there: %s", out)
	}
}

// Whoever waits is told how many of the packages are type-checked.
func TestProgress(t *testing.T) {
	t.Setenv("GREENIFYCACHE", t.TempDir()) // findings that are kept need no type-checking
	last, all := 0, 0
	progress := func(done, of int) {
		if done != last+1 || all != 0 && of != all {
			t.Errorf("%d of %d after %d of %d", done, of, last, all)
		}
		last, all = done, of
	}
	if _, err := Check(Config{Dir: twoPackages(t), Progress: progress}, false); err != nil {
		t.Fatal(err)
	}
	if last != all || all < 2 {
		t.Errorf("%d of %d packages in the end", last, all)
	}
}

// Only what a baseline does not list is reported, wherever it has moved.
func TestBaseline(t *testing.T) {
	dir := twoPackages(t)
	file := filepath.Join(t.TempDir(), "baseline")
	run(t, exitOK, checkCommand, "-C", dir, "-baseline", file, "-update")
	if out := run(t, exitOK, checkCommand, "-C", dir, "-baseline", file); out != "" {
		t.Errorf("with its own baseline: %s", out)
	}
	lib := strings.Replace(library, "// Serve", "// Moved.\n\n// Serve", 1) + "\nfunc more(c chan int) { <-c }\n"
	lib = strings.Replace(lib, "\tc <- n\n", "\tc <- n\n\tc <- n\n", 1)
	if err := os.WriteFile(filepath.Join(dir, "lib/lib.go"), []byte(lib), 0o666); err != nil {
		t.Fatal(err)
	}
	out := run(t, exitFound, checkCommand, "-C", dir, "-baseline", file)
	if strings.Count(out, "\n") != 2 || !strings.Contains(out, "receive") || !strings.Contains(out, "send") {
		t.Errorf("two findings are new, check prints\n%s", out)
	}
}

// What a finding is in JSON is promised.
func TestFinding(t *testing.T) {
	found, err := Check(Config{Dir: twoPackages(t)}, false)
	if err != nil {
		t.Fatal(err)
	}
	var sleep []byte
	for _, f := range found.List {
		if f.Symbol == "time.Sleep" {
			if sleep, err = json.Marshal(f); err != nil {
				t.Fatal(err)
			}
		}
	}
	const want = `{"file":"main.go","line":12,"column":2,"package":"example.com/app","func":"main","category":"yield","symbol":"time.Sleep","becomes":"green.Sleep","message":"time.Sleep holds the hub while it sleeps: replace it by green.Sleep"}`
	if string(sleep) != want {
		t.Errorf("finding %s, want %s", sleep, want)
	}
}
