package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/greenify-go/greenify/rewrite/toolchain"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"greenify": main})
}

// TestScript runs the txtar scripts: the real binary against real files.
func TestScript(t *testing.T) {
	t.Parallel()
	repo, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	cache, err := toolchain.CacheDir()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "env", "-json", "GOCACHE", "GOMODCACHE", "GOPROXY", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	var goEnv map[string]string
	if err := json.Unmarshal(out, &goEnv); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join(repo, "testdata/script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			self, err := exec.LookPath("greenify") // testscript's link to this binary
			if err != nil {
				return err
			}
			for key, value := range goEnv {
				env.Setenv(key, value)
			}
			env.Vars = append(env.Vars, "GREENIFYCACHE="+cache, "SHADOW=goroot-go*"+env.Getenv("GOROOT"), "GREENIFY_BIN="+self, "REPO="+repo, "GOTOOLCHAIN=local",
				"GOFLAGS=-ldflags=-w -vet=off") // neither is what scripts are about, and both take their time
			return expandRepo(env.WorkDir, repo)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exitcode": exitcode,
			"appears":  appears,
			"damage":   damage,
			"remove":   remove,
			"expand":   expand,
			"fulldisk": fulldisk,
			"vanished": vanished,
		},
		Condition: func(cond string) (bool, error) {
			if key, ok := strings.CutPrefix(cond, "env:"); ok {
				return os.Getenv(key) != "", nil
			}
			if cond == "cgroup" {
				return canMakeCgroup(), nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
	})
}

// canMakeCgroup reports whether a cgroup can be made that limits the time of processors: version 1
// has a folder for that controller.
func canMakeCgroup() bool {
	for _, dir := range []string{"/sys/fs/cgroup/cpu", "/sys/fs/cgroup"} {
		group, err := os.MkdirTemp(dir, "greenify-")
		if err != nil {
			continue
		}
		_, v1 := os.Stat(filepath.Join(group, "cpu.cfs_quota_us"))
		_, v2 := os.Stat(filepath.Join(group, "cpu.max"))
		os.Remove(group)
		return v1 == nil || v2 == nil
	}
	return false
}

// expandRepo replaces $REPO in the go.mod of a script's module.
func expandRepo(dir, repo string) error {
	path := filepath.Join(dir, "go.mod")
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(strings.ReplaceAll(string(data), "$REPO", repo)), 0o644)
}

// expand FILE replaces $WORK and $REPO in a file.
func expand(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[0])
	r := strings.NewReplacer("$WORK", ts.Getenv("WORK"), "$REPO", ts.Getenv("REPO"))
	ts.Check(os.WriteFile(path, []byte(r.Replace(ts.ReadFile(path))), 0o644))
}

// exitcode CODE COMMAND ARGS runs a command and demands its exit code.
func exitcode(ts *testscript.TestScript, neg bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	code := "0"
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ProcessState.String()
		code = strings.TrimPrefix(code, "exit status ")
	}
	if (code == args[0]) == neg {
		ts.Fatalf("exit code %s, want %s", code, args[0])
	}
}

// appears PATTERN waits until the script's cache has such a file.
func appears(ts *testscript.TestScript, _ bool, args []string) {
	for end := time.Now().Add(5 * time.Minute); time.Now().Before(end); {
		if found, _ := filepath.Glob(filepath.Join(ts.Getenv("GREENIFYCACHE"), args[0])); len(found) > 0 {
			return
		}
		time.Sleep(time.Millisecond)
	}
	ts.Fatalf("no %s", args[0])
}

// vanished PATTERN demands that the script's cache has no such file.
func vanished(ts *testscript.TestScript, _ bool, args []string) {
	if found, _ := filepath.Glob(filepath.Join(ts.Getenv("GREENIFYCACHE"), args[0])); len(found) > 0 {
		ts.Fatalf("left behind: %q", found)
	}
}

// cached finds one file of the script's cache.
func cached(ts *testscript.TestScript, pattern string) string {
	found, err := filepath.Glob(filepath.Join(ts.Getenv("GREENIFYCACHE"), pattern))
	ts.Check(err)
	if len(found) != 1 {
		ts.Fatalf("%s matches %q, want one file", pattern, found)
	}
	return found[0]
}

// damage PATTERN changes a byte of a file of the cache, as a new file: the old
// one may be a hard link to the release's.
func damage(ts *testscript.TestScript, _ bool, args []string) {
	path := cached(ts, args[0])
	data, err := os.ReadFile(path)
	ts.Check(err)
	ts.Check(os.Remove(path))
	data[len(data)/2] ^= 1
	ts.Check(os.WriteFile(path, data, 0o644))
}

// remove PATTERN removes a file of the cache.
func remove(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.Remove(cached(ts, args[0])))
}

// fulldisk DIR makes a folder on a disk that has no room for a toolchain.
func fulldisk(ts *testscript.TestScript, _ bool, args []string) {
	dir := ts.MkAbs(args[0])
	ts.Check(os.Mkdir(dir, 0o755))
	err := syscall.Mount("greenify-test", dir, "tmpfs", 0, "size=64k")
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOSYS) {
		ts.Fatalf("mount: %v: this test needs the right to mount a tmpfs: run it as root", err)
	}
	ts.Check(err)
	ts.Defer(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
}
