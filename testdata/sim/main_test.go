package main

import (
	"bytes"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A kernel becomes one copy of its bug, without Gosched, the profile, and long loops.
func TestReduce(t *testing.T) {
	const src = `package main

func init() { register("Bug1", Bug1) }

func Bug1() {
	prof := pprof.Lookup("goroutineleak")
	defer func() { prof.WriteTo(os.Stdout, 2) }()
	for i := 0; i < yieldCount; i++ {
		runtime.Gosched()
	}
	for i := 0; i < 1000; i++ {
		go start(100000)
	}
	for i := 0; i < 3; i++ {
		go more()
	}
}

func start(n int) {
	runtime.Gosched()
	work(n)
}
`
	const want = `package main

func init() { register("Bug1", Bug1) }

func Bug1() {

	for i := 0; i < yieldCount; i++ {
	}
	for i := 0; i < 1; i++ {
		go start(5)
	}
	for i := 0; i < 3; i++ {
		go more()
	}
}

func start(n int) {

	work(n)
}
`
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "bug.go", src, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	if kernels := reduce(f); len(kernels) != 1 || kernels[0] != "Bug1" {
		t.Errorf("the kernels are %q", kernels)
	}
	var b bytes.Buffer
	if err := printer.Fprint(&b, fset, f); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(strings.Fields(b.String()), strings.Fields(want)) {
		t.Errorf("reduced, it is\n%s", &b)
	}
}

// Each figure is compared with the file, by test and strategy, and with the limits.
func TestTable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "programs.txt")
	if err := os.WriteFile(path, []byte("programs  portfolio  pct\nDeadlock01  4  7\nReorder3  12  never\nmedian  4  7\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	rows := [][]string{{"Deadlock01", "7", "4"}, {"Reorder3", "never", "12"}}
	same := table{strategies: []string{"pct", "portfolio"}}
	if err := same.compare(path, rows); err != nil {
		t.Errorf("what the file has in other columns is no difference: %v", err)
	}
	rows[1][1] = "900"
	if err := same.compare(path, rows); err == nil || err.Error() != `Reorder3 by pct: 900, but "never" in `+path+": -update writes it anew" {
		t.Errorf("another figure: %v", err)
	}
	if err := same.compare(path, [][]string{{"New", "1", "1"}}); err == nil || !strings.Contains(err.Error(), `New by pct: 1, but "" in `) {
		t.Errorf("a test that is not in the file: %v", err)
	}
	for name, want := range map[string]int{"Reorder10": 300, "Twostage": 300, "Qsort": most} {
		if got := limit(name); got != want {
			t.Errorf("%s may need %d schedules, want %d", name, got, want)
		}
	}
}

// The end of a process counts as the schedule's result, as the command reports it.
func TestDies(t *testing.T) {
	m := dies.FindStringSubmatch("greenify: the program panicked in schedule 17 (random) of TestQueueSearch3, which is run again by\n")
	if m == nil || m[1] != "panicked" || m[2] != "17" || m[3] != "TestQueueSearch3" {
		t.Errorf("it is read as %q", m)
	}
}
