package main_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

var keepPrograms = flag.String("programs", "", "build the programs into this `directory` and keep them")

// symbols are those that a stack dump needs and no others: of many small programs, to link
// them is most of the work.
const symbols = "-ldflags=-w"

// buildPrograms builds programs of a module with one command and returns their folder.
func buildPrograms(t *testing.T, kind, module, command string, packages ...string) (dir string) {
	t.Helper()
	dir, err := filepath.Abs(*keepPrograms)
	if err != nil {
		t.Fatal(err)
	}
	if *keepPrograms == "" {
		dir = sharedDir(t)
	}
	dir = filepath.Join(dir, kind)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	args := []string{"build", symbols, "-o", dir + string(filepath.Separator)}
	cmd := exec.Command(command, append(args, packages...)...)
	cmd.Dir = module
	if module != programs { // a copy, which requires package green
		cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod")
	}
	if msg, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, msg)
	}
	return dir
}

// plainPrograms builds the programs with plain Go, once for all tests.
func plainPrograms(t *testing.T) (dir string) {
	t.Helper()
	builtPlain.Do(func() { builtPlainDir = buildPrograms(t, "plain", programs, "go", "./...") })
	if builtPlainDir == "" {
		t.Fatal("plain Go does not build the programs")
	}
	return builtPlainDir
}

var (
	builtPlain    sync.Once
	builtPlainDir string
)

// sharedDir is a folder for all tests, which testscript.Main removes: that of its links.
func sharedDir(t *testing.T) string {
	t.Helper()
	link, err := exec.LookPath("greenify")
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Dir(filepath.Dir(link))
}

// greenifyCommand returns the command under test: GREENIFY_CMD, or this package
// (script_test.go, TestMain).
func greenifyCommand(t *testing.T) string {
	if cmd := os.Getenv("GREENIFY_CMD"); cmd != "" {
		return cmd
	}
	bin, err := exec.LookPath("greenify") // as which this test binary is there
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

func haveCgo(t *testing.T) bool {
	out, err := exec.Command("go", "env", "CGO_ENABLED").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out)) == "1"
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

// runCommand runs a command, demands its exit code and returns what it prints.
func runCommand(t *testing.T, dir string, code int, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "GOFLAGS=", "GOWORK=off", "GOTOOLCHAIN=local"), env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if got := cmd.ProcessState.ExitCode(); got != code {
		t.Fatalf("%s %q: exit code %d, want %d\n%s%s", filepath.Base(name), args, got, code, &stdout, &stderr)
	}
	return stdout.String() + stderr.String()
}
