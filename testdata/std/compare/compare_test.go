package main

import (
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

// The go command of these tests is a script that prints an event stream, so
// that hangs, crashes and flakes can be had at will.
func fake(t *testing.T, script string) runner {
	t.Helper()
	path := filepath.Join(t.TempDir(), "go")
	script = "#!/bin/sh\nev() { printf '{\"Action\":\"%s\",\"Test\":\"%s\"}\\n' $1 $2; }\nev start\n" + script
	if err := os.WriteFile(path, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return runner{command: path}
}

const allPass = "ev run TestA; ev pass TestA; ev run TestB; ev run TestB/x; ev pass TestB/x; ev pass TestB; ev pass"

func findings(t *testing.T, plain, patched string, exceptions ...exception) map[string]string {
	t.Helper()
	c := comparison{plain: fake(t, plain), patched: fake(t, patched), limit: time.Minute, machine: new(sync.RWMutex)}
	r, err := c.compare(t.Context(), "p", exceptions)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range r.findings {
		word, _, _ := strings.Cut(f.text, ":")
		if f.bad != (word == "FAIL" || strings.HasPrefix(word, "STALE")) {
			t.Errorf("%s: %q has bad=%v", f.test, f.text, f.bad)
		}
		got[f.test] = word
	}
	return got
}

func TestCompare(t *testing.T) {
	// Which run is asked for: all tests, all but one, or one alone.
	const dispatch = "case \"$*\" in\n*-run=^TestB*) %1;;\n*-skip=*) %2;;\n*) %3;;\nesac"
	by := func(alone, without, all string) string {
		return strings.NewReplacer("%1", alone, "%2", without, "%3", all).Replace(dispatch)
	}
	const (
		passB  = "ev run TestB; ev run TestB/x; ev pass TestB/x; ev pass TestB; ev pass"
		failB  = "ev run TestB; ev run TestB/x; ev fail TestB/x; ev fail TestB; ev fail"
		passA  = "ev run TestA; ev pass TestA; ev pass"
		hangB  = "ev run TestA; ev pause TestA; ev run TestB; ev run TestB/x; ev fail"
		crashB = "ev run TestB; ev fail TestB; ev fail"
		skipB  = "ev run TestB; ev run TestB/x; ev skip TestB/x; ev pass TestB; ev pass"
	)
	loop := exception{pkg: "p", test: "TestB", class: "order"}
	flaky := loop
	flaky.flaky = true
	for _, c := range []struct {
		name           string
		plain, patched string
		exceptions     []exception
		want           map[string]string
	}{
		{"same", allPass, allPass, nil, map[string]string{}},
		{"fails", allPass, "ev run TestA; ev pass TestA;" + failB, nil, map[string]string{"TestB": "FAIL", "TestB/x": "FAIL"}},
		{"skipped", allPass, "ev run TestA; ev pass TestA;" + skipB, nil, map[string]string{"TestB/x": "FAIL"}},
		{"missing", allPass, passA, nil, map[string]string{"TestB": "FAIL", "TestB/x": "FAIL"}},
		{"hangs", allPass, by(hangB, passA, hangB), nil, map[string]string{"TestB": "FAIL", "TestB/x": "FAIL"}},
		{"crashes", allPass, by(crashB, passA, crashB), nil, map[string]string{"TestB": "FAIL", "TestB/x": "FAIL"}},
		{"flaky", allPass, by(passB, passA, "ev run TestA; ev pass TestA;"+failB), nil, map[string]string{"TestB": "flaky", "TestB/x": "flaky"}},
		{"unsteady", by(failB, "", allPass), by(failB, passA, "ev run TestA; ev pass TestA;"+failB), nil, map[string]string{"TestB": "unsteady", "TestB/x": "unsteady"}},
		{"fails one time of two (-count=2)", allPass, "ev run TestA; ev fail TestA; ev run TestB; ev run TestB/x; ev pass TestB/x; ev pass TestB;" + strings.TrimSuffix(allPass, "pass") + "fail", nil, map[string]string{"TestA": "FAIL"}},
		{"a function in the name", "ev run TestA; ev run TestA/0x4b4540; ev pass TestA/0x4b4540; ev pass TestA; ev pass",
			"ev run TestA; ev run TestA/0x667d80; ev pass TestA/0x667d80; ev pass TestA; ev pass", nil, map[string]string{}},
		{"a UUID in the name", "ev run TestA; ev run TestA/5c8b0159-efcd-4c1e-8954-30990617bef1; ev pass TestA/5c8b0159-efcd-4c1e-8954-30990617bef1; ev pass TestA; ev pass",
			"ev run TestA; ev run TestA/839afe98-6737-4b3c-8ddd-ffcb20da27c0; ev pass TestA/839afe98-6737-4b3c-8ddd-ffcb20da27c0; ev pass TestA; ev pass", nil, map[string]string{}},
		{"a pointer in the name", "ev run TestA; ev run TestA/0x1c0000a2b4; ev pass TestA/0x1c0000a2b4; ev pass TestA; ev pass",
			"ev run TestA; ev run TestA/0x3c0000a2b8; ev pass TestA/0x3c0000a2b8; ev pass TestA; ev pass", nil, map[string]string{}},
		{"plain fails too", "ev run TestA; ev fail TestA; ev fail", "ev run TestA; ev fail TestA; ev fail", nil, map[string]string{}},
		{"only the package fails", allPass, allPass + "; ev fail", nil, map[string]string{whole: "FAIL"}},
		{"exception", allPass, by(failB, passA, "exit 1"), []exception{loop}, map[string]string{"TestB": "exception"}},
		{"stale exception", allPass, by(passB, passA, "exit 1"), []exception{loop}, map[string]string{"TestB": "STALE exception"}},
		{"flaky exception", allPass, by(passB, passA, "exit 1"), []exception{flaky}, map[string]string{"TestB": "exception"}},
		{"exception gone", passA, passA, []exception{loop}, map[string]string{"TestB": "STALE exception"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := findings(t, c.plain, c.patched, c.exceptions...); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// A test that neither ends nor yields is killed, and named.
func TestBusyLoop(t *testing.T) {
	c := fake(t, "ev run TestA; while :; do :; done")
	_, hung, err := c.once(t.Context(), "p", nil, nil, 500*time.Millisecond-grace)
	if err != nil || !reflect.DeepEqual(hung, []string{"TestA"}) {
		t.Errorf("hung = %v, err = %v", hung, err)
	}
}

// A package that does not build is an error, not a package without failures.
func TestNoTests(t *testing.T) {
	if _, _, err := fake(t, "").once(t.Context(), "p", nil, nil, time.Minute); err == nil {
		t.Error("no error")
	}
	c := runner{command: "false"}
	if _, _, err := c.once(t.Context(), "p", nil, nil, time.Minute); err == nil {
		t.Error("no error")
	}
}

func TestExceptions(t *testing.T) {
	if _, err := readExceptions("../exceptions.tsv"); err != nil {
		t.Error(err)
	}
	line := func(pkg, class string) string { return pkg + "\tTestX\t" + class + "\tbecause\n" }
	for _, bad := range []string{
		"net\tTestX\n",
		line("net", "too hard"),
		line("sync", "order"),
		"net\tTestX\torder\t\n",
		strings.Repeat(line("net", "order"), maxExceptions) + line("net", twoAtOnce),
		strings.Repeat(line("runtime", twoAtOnce), maxExceptions+1),
		strings.Repeat(line("example.com/m", twoAtOnce), maxExceptions+1),
	} {
		file := filepath.Join(t.TempDir(), "exceptions.tsv")
		if err := os.WriteFile(file, []byte(bad), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := readExceptions(file); err == nil {
			t.Errorf("accepted %.60q", bad)
		}
	}
}

func TestModules(t *testing.T) {
	if _, err := thirdParty(t.Context(), "../modules.tsv", []string{"nosuch"}, t.TempDir(), "../exceptions.tsv"); err == nil {
		t.Error("no error where no module matches")
	}
}

// Rows come in the order of the packages, however long each takes and whoever is first.
func TestEach(t *testing.T) {
	const atOnce = 3
	running := make(chan bool, atOnce)
	var first sync.WaitGroup // those that start first end together
	first.Add(atOnce)
	var got []int
	for _, r := range each(atOnce, []int{1, 2, 3, 4, 5, 6, 7}, func(n int) int {
		select {
		case running <- true:
		default:
			t.Errorf("%d is one too many at once", n)
		}
		if n <= atOnce {
			first.Done()
			first.Wait()
		}
		<-running
		return n * n
	}) {
		got = append(got, <-r)
	}
	if want := []int{1, 4, 9, 16, 25, 36, 49}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// All of std has some packages that the list of those in which most waits has not, and
// none without tests.
func TestAll(t *testing.T) {
	targets, err := standard(t.Context(), nil, true, "../exceptions.tsv")
	if err != nil {
		t.Fatal(err)
	}
	has := map[string]bool{}
	for _, one := range targets {
		has[one.pkg] = true
	}
	for _, pkg := range append([]string{"runtime", "crypto/internal/fips140test", "internal/runtime/maps"}, packages...) {
		if !has[pkg] {
			t.Errorf("%s is missing", pkg)
		}
	}
	if has["unsafe"] {
		t.Error("unsafe has no tests")
	}
	if code := run(t.Context(), []string{"-all", "sync"}, io.Discard, io.Discard); code != 2 {
		t.Errorf("-all with a package: exit status %d, want 2", code)
	}
}

// With -quick what passes patched is not run plain, what is skipped is, and a failure has all compared.
func TestQuick(t *testing.T) {
	const (
		passA = "ev run TestA; ev pass TestA;"
		skipB = "ev run TestB; ev run TestB/x; ev skip TestB/x; ev pass TestB; ev pass"
		failB = "ev run TestB; ev fail TestB; ev fail"
		alone = "case \"$*\" in\n*-run=^TestB*) ev run TestB; ev run TestB/x; ev pass TestB/x; ev pass TestB; ev pass;;\n*-run=*) exit 1;;\n*) "
	)
	for _, c := range []struct {
		name           string
		plain, patched string
		want           map[string]string
		ran            int // plain
	}{
		{"all pass", "exit 1", allPass, map[string]string{}, 0},
		{"skipped alike", "ev run TestB; ev run TestB/x; ev skip TestB/x; ev pass TestB; ev pass", passA + skipB, map[string]string{}, 2},
		{"skipped patched only", alone + "exit 1;;\nesac", passA + skipB, map[string]string{"TestB/x": "FAIL"}, 2},
		{"fails", alone + allPass + ";;\nesac", passA + failB, map[string]string{"TestB": "FAIL", "TestB/x": "FAIL"}, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			cmp := comparison{plain: fake(t, c.plain), patched: fake(t, c.patched), limit: time.Minute, machine: new(sync.RWMutex), quick: true}
			r, err := cmp.compare(t.Context(), "p", nil)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			for _, f := range r.findings {
				got[f.test], _, _ = strings.Cut(f.text, ":")
			}
			if ran := r.plain.count(pass) + r.plain.count(skip); !reflect.DeepEqual(got, c.want) || ran != c.ran {
				t.Errorf("got %v, and %d tests were run plain, want %v and %d", got, ran, c.want, c.ran)
			}
		})
	}
}
