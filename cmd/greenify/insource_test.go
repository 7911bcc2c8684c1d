package main_test

import (
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

// inSourceReported are the programs that poll by what is not patched in source, or compute
// there: they print and end as plain, and what took the hub from them is reported on stderr.
var inSourceReported = []string{"poll-sync", "poll-busy", "busy-left", "profile-cut"}

// The programs do in source what they do plain: greenify rewrite -w patches them,
// the plain go command builds them. A run has a fifth of them (make matrix has all).
func TestProgramsInSource(t *testing.T) {
	t.Parallel()
	sources, err := filepath.Glob(filepath.Join(programs, "*", "main.go"))
	if err != nil || len(sources) == 0 {
		t.Fatalf("no programs in %s: %v", programs, err)
	}
	var names []string
	for _, source := range sources {
		if name := filepath.Base(filepath.Dir(source)); matrix.Part(name, 5) {
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
				runs = append(runs, run{title: "patched", bin: bin, env: []string{"IN_SOURCE=1"}, green: true})
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
