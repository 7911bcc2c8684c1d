package toolchain

import (
	"go/version"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/greenify-go/greenify/rewrite/rules"
	"github.com/greenify-go/greenify/rewrite/splice"
)

// TestMain lets the test binary be the process that is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("GREENIFY_TEST_OPEN"); dir != "" {
		if _, err := Open(Options{CacheDir: dir}); err != nil {
			os.Stderr.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func openProcess(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), "GREENIFY_TEST_OPEN="+dir)
	return cmd
}

// A process killed at any moment leaves a cache that the next one uses.
func TestKilled(t *testing.T) {
	dir := t.TempDir()
	for i := range 30 {
		cmd := openProcess(t, dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(i*i) * time.Millisecond) // 0 to 841 ms: before, during and after the work
		cmd.Process.Signal(syscall.SIGKILL)
		cmd.Wait()
	}
	tc, err := Open(Options{CacheDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	// A second look must find nothing to do.
	_, err = Open(Options{CacheDir: dir, Progress: func(format string, args ...any) {
		t.Errorf("unfinished work: "+format, args...)
	}})
	if err != nil {
		t.Fatal(err)
	}
	checkOnly(t, dir, folder(dir, tc))
}

// A cache that was copied, or restored as CI does, is as good as it was: its files have other
// inodes and times of change. Folders that only the shadow has are no strangers in it.
func TestRestored(t *testing.T) {
	dir := t.TempDir()
	tc, err := Open(Options{CacheDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	aside := dir + ".aside"
	defer os.RemoveAll(aside)
	if out, err := exec.Command("cp", "-a", tc.Dir, aside).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := os.RemoveAll(tc.Dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(aside, tc.Dir); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(Options{CacheDir: dir, Progress: func(format string, args ...any) {
		t.Errorf("work to do: "+format, args...)
	}}); err != nil {
		t.Fatal(err)
	}
}

// Processes that start together on an empty cache all get the toolchain.
func TestTogether(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if out, err := openProcess(t, dir).CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	wg.Wait()
	tc, err := Open(Options{CacheDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	checkOnly(t, dir, folder(dir, tc))
}

// folder names the folder of a toolchain in a cache.
func folder(dir string, tc *Toolchain) string {
	rel := strings.TrimPrefix(tc.GOROOT, dir+string(filepath.Separator))
	name, _, _ := strings.Cut(rel, string(filepath.Separator))
	return name
}

// checkOnly demands that a cache holds one toolchain and its lock.
func checkOnly(t *testing.T, dir, name string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != name && e.Name() != name+".lock" {
			t.Errorf("left behind: %s", e.Name())
		}
	}
}

// Every rule keeps every line of the release where it is.
func TestLines(t *testing.T) {
	env, err := findGo("", nil)
	if err != nil {
		t.Fatal(err)
	}
	p, err := load(env, Options{Scope: ScopeAll, Groups: rules.Groups, Disk: true, Locks: true, Sim: true})
	if err != nil {
		t.Fatal(err)
	}
	files, err := p.make()
	if err != nil {
		t.Fatal(err)
	}
	for name, src := range p.source {
		if got, want := strings.Count(string(files[name]), "\n"), strings.Count(string(src), "\n"); got != want {
			t.Errorf("%s: %d lines, want %d", name, got, want)
		}
	}
}

// A release whose source differs is refused with the place and the reason.
func TestOtherRelease(t *testing.T) {
	env, err := findGo("", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range slices.Concat(rules.Leaves(), rules.Disk(), rules.Locks(), rules.Sim()) {
		p, err := load(env, Options{Scope: ScopeAll, Groups: rules.Groups, Disk: true, Locks: true, Sim: true})
		if err != nil {
			t.Fatal(err)
		}
		// Without the matched declaration no rule may apply silently.
		name := "src/" + r.File
		one := []splice.Edit{r.Edit}
		p.edits = map[string][]splice.Edit{name: one}
		p.source[name] = []byte("package runtime\n")
		if _, err := p.make(); err == nil || !strings.Contains(err.Error(), r.Decl) || !strings.Contains(err.Error(), Releases()) {
			t.Errorf("%s of %s: error %v, want one that names both and %s", r.Decl, r.File, err, Releases())
		}
	}
}

// BenchmarkOpen is what every greenify command pays when nothing has changed.
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	if _, err := Open(Options{CacheDir: dir}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Open(Options{CacheDir: dir}); err != nil {
			b.Fatal(err)
		}
	}
}

// The key of a toolchain depends on all that its content depends on.
func TestKey(t *testing.T) {
	env, err := findGo("", nil)
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]string{}
	add := func(name string, env goEnv, opt Options) {
		p, err := load(env, opt)
		if err != nil {
			t.Fatal(err)
		}
		if other, ok := keys[p.key]; ok {
			t.Errorf("%s has the key of %s", name, other)
		}
		keys[p.key] = name
	}
	for _, s := range []Scope{ScopeAll, ScopeDeps, ScopeMain} {
		add("scope "+string(s), env, Options{Scope: s})
	}
	add("disk calls offloaded", env, Options{Scope: ScopeAll, Disk: true})
	add("locks that know who holds them", env, Options{Scope: ScopeAll, Locks: true})
	add("one seed decides everything", env, Options{Scope: ScopeAll, Sim: true})
	add("another pool", env, Options{Scope: ScopeAll, Workers: 3})
	env.GOVERSION = version.Lang(env.GOVERSION) + ".99"
	add("another version", env, Options{Scope: ScopeAll})
}
