package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/greenify-go/greenify/testdata/fuzz/gen"
)

// planted names the environment variable by which this test binary stands in for greenify.
const planted = "FUZZ_PLANTED_FAULT"

// TestMain is a greenify with a fault: what it rewrites takes the error of a context for its cause.
func TestMain(m *testing.M) {
	if os.Getenv(planted) == "" {
		os.Exit(m.Run())
	}
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".go" {
			return err
		}
		src, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(name, []byte(strings.ReplaceAll(string(src), "context.Cause(ctx)", "ctx.Err()")), 0o666)
	})
	if err != nil {
		panic(err)
	}
}

// A fault in what a door makes is found, and reduced to a program that has nothing but what shows it,
// which is written as a module.
func TestPlantedFault(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	repo, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(planted, "1")
	out := t.TempDir()
	r := runner{greenify: self, repo: repo, timeout: time.Minute}
	p := gen.New(1)
	p.Names = 0
	p.Nodes = append(p.Nodes, &gen.Node{Kind: "slots", Kids: []*gen.Node{{Kind: "leaf"}, {Kind: "ctx", Draws: []int{0, 2}}}},
		&gen.Node{Kind: "slots", Draws: []int{1, 2, 3}, Kids: []*gen.Node{{Kind: "ctx", Draws: []int{2, 2, 1}}}})
	rewrite := doors[slices.IndexFunc(doors, func(d door) bool { return d.name == "rewrite" })]
	differ, _, err := r.compare([]*gen.Program{p}, []door{rewrite})
	if err != nil {
		t.Fatal(err)
	}
	if differ[0] == nil {
		t.Fatal("the fault is not found")
	}
	if err := r.reduce(p, differ[0], out); err != nil {
		t.Fatal(err)
	}
	found, err := filepath.Glob(filepath.Join(out, "*-rewrite", "main.go"))
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	src, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(string(src), "\n")
	if want := "// seed 1: ctx[0 2], ends by return[]"; head != want {
		t.Errorf("the program is %s, want %s\n%s", head, want, src)
	}
	if !strings.Contains(string(src), "context.Cause(ctx)") {
		t.Errorf("the program does not show the fault:\n%s", src)
	}
}

// What is compared of a program's last words.
func TestVerdict(t *testing.T) {
	for _, tt := range []struct{ stderr, want string }{
		{"", ""},
		{"greenify: thread 7 has kept the hub\n\tmain.f main.go:1\n", ""},
		{"panic: p\n\ngoroutine 1 [running]:\nmain.main()\n", "panic: p"},
		{"panic: (main.T) (0x47e2a0,0x4b3c10)\n\ngoroutine 7 [running]:\n", "panic: (main.T) (0x,0x)"},
		{"fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [select (no cases)]:\n", "fatal error: all goroutines are asleep - deadlock!"},
		{"fatal error: all goroutines are asleep - deadlock!\n\tthread 1 waits\n\tbuild with -locks\n\ngoroutine 1 [select]:\n", "fatal error: all goroutines are asleep - deadlock!"},
	} {
		if got := verdict(tt.stderr); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.stderr, got, tt.want)
		}
	}
}
