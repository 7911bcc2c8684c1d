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

// overlooks names the environment variable by which this test binary is a program that ends by a
// deadlock which is overlooked: the variable holds the files that it removes, one each time.
const overlooks = "FUZZ_OVERLOOKS"

// TestMain is a greenify with a fault: what it rewrites takes the error of a context for its cause.
func TestMain(m *testing.M) {
	if list := os.Getenv(overlooks); list != "" {
		for _, file := range filepath.SplitList(list) {
			if os.Remove(file) == nil {
				time.AfterFunc(time.Hour, func() {}) // with a timer Go does not see that all wait
				select {}
			}
		}
		os.Stderr.WriteString("fatal error: all goroutines are asleep - deadlock!\n")
		os.Exit(2)
	}
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

// A program whose deadlock is overlooked is run again, so often and no more, if a deadlock is what
// it should end by.
func TestOverlooked(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	stuck := &outcome{exit: "exit status 2", stderr: "fatal error: all goroutines are asleep - deadlock!\n"}
	for _, tt := range []struct {
		name string
		miss int // how often it is overlooked
		want *outcome
		exit string
		runs int
	}{
		{"never", 0, stuck, "exit status 2", 0},
		{"once", 1, stuck, "exit status 2", 1},
		{"the first run", 1, nil, "exit status 2", 1},
		{"always", 9, stuck, "no end", retries},
		{"should end", 1, &outcome{exit: "exit status 0"}, "no end", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var files []string
			for i := range tt.miss {
				file := filepath.Join(t.TempDir(), string(rune('0'+i)))
				if err := os.WriteFile(file, nil, 0o666); err != nil {
					t.Fatal(err)
				}
				files = append(files, file)
			}
			files = append(files, filepath.Join(t.TempDir(), "none"))
			r := runner{timeout: 5 * time.Second}
			env := []string{overlooks + "=" + strings.Join(files, string(filepath.ListSeparator))}
			got, runs := r.again(self, env, 0, r.run(self, env, 0), tt.want)
			if got.exit != tt.exit || runs != tt.runs {
				t.Errorf("%s after %d more runs, want %s after %d\n%s", got.exit, runs, tt.exit, tt.runs, got.stderr)
			}
		})
	}
}

// In which states of its goroutines a program that has no end has a deadlock.
func TestOverlookedStates(t *testing.T) {
	for state, want := range map[string]bool{
		"select":                             true,
		"select (no cases)":                  true,
		"chan receive (nil chan), 1 minutes": true,
		"chan send, locked to thread":        true,
		"sync.Mutex.Lock":                    true,
		"sync.WaitGroup.Wait, 2 minutes":     true,
		"coroutine":                          true,
		"IO wait":                            false,
		"sleep":                              false,
		"runnable":                           false,
		"running":                            false,
		"syscall, 1 minutes":                 false,
		"GC assist wait":                     false,
		"garbage collection":                 false,
		"runnable (scan)":                    false,
	} {
		stderr := "SIGQUIT: quit\nPC=0x4a5401 m=0 sigcode=0\n\ngoroutine 0 gp=0x9fd620 m=0 mp=0x9fe4a0 [idle]:\nruntime.futex(0x9fe5f8)\n\n" +
			"goroutine 2 gp=0x1402cef44908 m=nil [force gc (idle)]:\nruntime.gopark(0x0)\n\n" +
			"goroutine 7 gp=0x1402cef44fc8 m=nil [" + state + "]:\nruntime.gopark(0x0)\n"
		if got := overlooked(outcome{exit: "no end", stderr: stderr}); got != want {
			t.Errorf("%s: %v, want %v", state, got, want)
		}
	}
	for _, o := range []outcome{{exit: "no end"}, {exit: "exit status 2", stderr: "goroutine 1 [select]:\n"}} {
		if overlooked(o) {
			t.Errorf("%v is no deadlock that was overlooked", o)
		}
	}
}
