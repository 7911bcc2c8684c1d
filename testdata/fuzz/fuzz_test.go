package main

import (
	"io/fs"
	"os"
	"path/filepath"
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
	// The seed of a program in which the two differ.
	seed := uint64(1)
	for {
		src, err := gen.New(seed).File("main", "", "main")
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(src, "cancel(errOdd)") {
			break
		}
		seed++
	}
	t.Setenv(planted, "1")
	out := t.TempDir()
	r := runner{greenify: self, repo: "../..", timeout: time.Minute}
	differ, err := r.fuzz(seed, 1, 1, "rewrite", out, 1)
	if err != nil {
		t.Fatal(err)
	}
	if differ == 0 {
		t.Fatal("the fault is not found")
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
	if n := strings.Count(head, "["); n != 2 || !strings.Contains(head, ": ctx[") || !strings.HasSuffix(head, "ends by return[]") {
		t.Errorf("the program is not the smallest: %s\n%s", head, src)
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
		{"fatal error: all green threads are asleep - deadlock!\n\tthread 1 waits\n\tbuild with -locks\n\ngoroutine 1 [select]:\n", "fatal error: all goroutines are asleep - deadlock!"},
	} {
		if got := verdict(tt.stderr); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.stderr, got, tt.want)
		}
	}
}
