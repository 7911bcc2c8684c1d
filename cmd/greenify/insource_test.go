package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/greenify-go/greenify/testdata/matrix"
)

// inSourceExceptions are the programs that do something else when they are
// patched in source, and why. They are not run so: some would wait for ever. What
// waits in them is a finding of greenify check, unless the reason says otherwise.
var inSourceExceptions = map[string]string{
	"cgo-sleep":    "a call of C holds the hub until it returns; check lists it",
	"cgo-mutex":    "a call of C that waits for a C mutex holds the hub from who has it; check lists it",
	"cgo-exact":    "a C thread calls an exported function as a native goroutine: nothing in source stands between; check lists it",
	"counts":       "a ready thread is, in a stack dump, a goroutine that waits in a channel for its turn",
	"order-ready":  "threads that one event wakes queue in the order in which the Go scheduler runs them (package green, The same in source)",
	"reflect-chan": "reflect.Value.Seq receives inside reflect; check lists it",
}

// inSourceReported are the programs that poll by what is not patched in source: they
// print and end as plain, and what took the hub from them is reported on stderr.
var inSourceReported = []string{"poll-sync", "poll-busy", "busy-left"}

// The programs do in source what they do plain: greenify rewrite -w patches them,
// the plain go command builds them. A run has a third of them (make matrix has all).
func TestProgramsInSource(t *testing.T) {
	sources, err := filepath.Glob(filepath.Join(programs, "*", "main.go"))
	if err != nil || len(sources) == 0 {
		t.Fatalf("no programs in %s: %v", programs, err)
	}
	var names []string
	for _, source := range sources {
		if name := filepath.Base(filepath.Dir(source)); matrix.Part(name, 3) {
			names = append(names, name)
		}
	}
	src, plain, patched := buildInSource(t, names)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// Crash reports give the lines of the patched source, and the frames of
			// package green.
			want := readDirectives(t, filepath.Join(src, name, "main.go"))
			if want.needs == "cgo" && !haveCgo(t) {
				t.Skip("no cgo here")
			}
			// Where the frames of a report matter only its first line is the same:
			// go statements become closures, and closures are numbered.
			same := want.sameStderr || name == "panic-all"
			want.sameStderr = false
			want.patchedStderr = nil // what the hub of a whole-program build says
			bin := filepath.Join(patched, name)
			plain := run{title: "plain", bin: filepath.Join(plain, name)}
			plain.do(t, want)
			if same {
				want.stderr = nil
			}
			runs := []run{{title: "off", bin: bin, env: []string{"GREENIFY=off"}}}
			if inSourceExceptions[name] == "" {
				runs = append(runs, run{title: "patched", bin: bin, green: true})
			}
			for _, r := range runs {
				r.do(t, want)
				r.stderr = withoutGreen(r.stderr)
				if r.green && slices.Contains(inSourceReported, name) {
					if r.stderr != "" && !strings.Contains(r.stderr, "computes and does not give up the hub") {
						t.Errorf("%s: stderr is %s", r.title, r.stderr)
					}
					r.stderr = ""
				}
				if same {
					if got, want := firstLine(r.stderr), firstLine(plain.stderr); got != want {
						t.Errorf("%s: stderr begins with %q, plain with %q", r.title, got, want)
					}
					r.stderr = ""
				}
				for _, problem := range want.check(r, plain) {
					t.Errorf("%s: %s", r.title, problem)
				}
			}
		})
	}
}

// doors are programs that do not depend on what the Go scheduler or a clock does
// first: by each door they have the same number of threads, at most and in all, the
// same switches and the same yields. (One that computes for longer than a time slice does depend
// on the clock: it yields at what it calls next.)
var doors = []string{"order-go", "order-receive", "order-select", "order-defer", "chan-fifo", "forms-send", "forms-receive", "forms-select", "counter-lock"}

// One program is the same patched by each of the doors: it prints the same, and its
// hub counts the same.
func TestDoors(t *testing.T) {
	bin := greenifyCommand(t)
	dir := t.TempDir()
	var packages []string
	for _, name := range doors {
		packages = append(packages, "./"+name)
	}
	programs, err := filepath.Abs(programs)
	if err != nil {
		t.Fatal(err)
	}
	rewritten, generated := filepath.Join(dir, "rewritten"), filepath.Join(dir, "generated")
	copyPrograms(t, rewritten)
	copyPrograms(t, generated)
	const imported = "./internal/..." // by the programs, so it is patched with them
	goCommand(t, rewritten, bin, append([]string{"rewrite", "-w", imported}, packages...)...)
	goCommand(t, generated, bin, append([]string{"generate", imported}, packages...)...)
	out := func(door string) string { return filepath.Join(dir, "bin", door) + string(filepath.Separator) }
	for _, door := range []struct {
		name, dir, command string
		flags              []string
	}{
		{"whole", programs, bin, nil},
		{"rewrite", rewritten, "go", nil},
		{"twins", generated, "go", []string{"-tags", "green"}},
		{"plain", generated, "go", nil},
	} {
		if err := os.MkdirAll(out(door.name), 0o777); err != nil {
			t.Fatal(err)
		}
		goCommand(t, door.dir, door.command, slices.Concat([]string{"build", "-o", out(door.name)}, door.flags, packages)...)
	}
	stats := regexp.MustCompile(`greenify: (threads=\d+ peak=\d+ switches=\d+ yields=\d+) `)
	for _, name := range doors {
		t.Run(name, func(t *testing.T) {
			d := readDirectives(t, filepath.Join(programs, name, "main.go"))
			var first run
			counts := ""
			for _, door := range []string{"whole", "rewrite", "twins"} {
				// With one processor peers do not meet on the way into a wait.
				r := run{title: door, bin: out(door) + name, env: []string{"GREENIFY=stats=1", "GOMAXPROCS=1"}}
				r.do(t, d)
				m := stats.FindStringSubmatch(r.stderr)
				if m == nil {
					t.Fatalf("%s: no statistics: %s", door, r.stderr)
				}
				if counts == "" {
					first, counts = r, m[1]
				}
				if r.stdout != first.stdout || r.exit != first.exit || m[1] != counts {
					t.Errorf("%s: %s, %s, and prints\n%s\n%s: %s, %s, and prints\n%s", door, r.exit, m[1], r.stdout, first.title, first.exit, counts, first.stdout)
				}
			}
			plain := run{title: "twins without the tag", bin: out("plain") + name, env: []string{"GREENIFY=stats=1"}}
			if plain.do(t, d); plain.stderr != "" {
				t.Errorf("%s: it is patched: %s", plain.title, plain.stderr)
			}
		})
	}
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

var greenFrame = regexp.MustCompile(`(?m)^(created by )?(github\.com/greenify-go/greenify/runtime(/patched)?\.|\S+\.Enter\d\d\.func).*\n\t.*\n`)

// withoutGreen removes the frames of package green from a crash report. Green.Go
// stands for the go statement, which its caller has.
func withoutGreen(stderr string) string {
	return greenFrame.ReplaceAllString(stderr, "")
}

// buildInSource builds programs plain and, in a copy, patched in source.
func buildInSource(t *testing.T, names []string) (src, plain, patched string) {
	bin := greenifyCommand(t)
	dir := t.TempDir()
	if *keepPrograms != "" {
		var err error
		if dir, err = filepath.Abs(*keepPrograms); err != nil {
			t.Fatal(err)
		}
	}
	src = filepath.Join(dir, "src")
	copyPrograms(t, src)
	packages := []string{"./internal/..."} // imported by the programs
	for _, name := range names {
		packages = append(packages, "./"+name)
	}
	goCommand(t, src, bin, append([]string{"rewrite", "-w"}, packages...)...)
	return src, plainPrograms(t), buildPrograms(t, "in-source", src, "go", packages[1:]...)
}

// copyPrograms copies the programs to a module that requires package green.
func copyPrograms(t *testing.T, dir string) {
	t.Helper()
	if err := os.CopyFS(dir, os.DirFS(programs)); err != nil {
		t.Fatal(err)
	}
	requireGreen(t, dir)
}

// requireGreen makes the module in dir require package green of this repository.
func requireGreen(t *testing.T, dir string) {
	t.Helper()
	repo, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	goCommand(t, dir, "go", "mod", "edit", "-require=github.com/greenify-go/greenify@v0.0.0", "-replace=github.com/greenify-go/greenify="+repo)
}

func goCommand(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod")
	if msg, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, msg)
	}
}
