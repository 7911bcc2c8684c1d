package insource

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// TestMain lets the test binary act as the command, so that it can be killed,
// and as a vet tool.
func TestMain(m *testing.M) {
	if os.Getenv("INSOURCE_HOLD") != "" {
		heldSignals()
		os.Exit(0)
	}
	if root := os.Getenv("INSOURCE_SWAP"); root != "" {
		os.Exit(swapForever(root))
	}
	if dir := os.Getenv("INSOURCE_REWRITE"); dir != "" {
		os.Exit(rewriteCommand([]string{"-w", "-C", dir}, io.Discard, os.Stderr))
	}
	if IsVet(os.Args[1:]) {
		Vet(func(err error) {
			fmt.Fprintln(os.Stderr, "greenify:", err)
			os.Exit(1)
		})
	}
	dir, err := os.MkdirTemp("", "greenify")
	if err != nil {
		panic(err)
	}
	scratch = dir
	os.Setenv("GREENIFYCACHE", filepath.Join(dir, "cache"))
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// scratch is a folder for what the tests of this package share.
var scratch string

var greenOnce sync.Once

// green returns the folder of a module that is package green of this repository and
// nothing else. All tests have the same one, so that it is compiled once.
func green(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(scratch, "module")
	greenOnce.Do(func() {
		runtimeFiles(t, filepath.Join(dir, "runtime"))
		if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module github.com/greenify-go/greenify\n\ngo 1.26\n"), 0o666); err != nil {
			t.Fatal(err)
		}
	})
	return dir
}

const program = `package main

import (
	"fmt"
	"time"
)

// main starts and waits.
func main() {
	c := make(chan int)
	go serve(c, 1)
	time.Sleep(time.Millisecond) // let it start
	fmt.Println(<-c)
}
`

const library = `// Package lib serves.
package lib

import "sync"

var mu sync.Mutex

// Serve sends n.
func Serve(c chan int, n int) {
	mu.Lock()
	defer mu.Unlock()
	c <- n
}
`

// module writes a module with the package green of this repository.
func module(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("app/go.mod", "module example.com/app\n\ngo 1.26\n\nrequire github.com/greenify-go/greenify v0.0.0\n\nreplace github.com/greenify-go/greenify => "+green(t)+"\n")
	for name, text := range files {
		write("app/"+name, text)
	}
	t.Setenv("GOFLAGS", "-mod=mod")
	t.Setenv("GOWORK", "off")
	return filepath.Join(dir, "app")
}

func twoPackages(t *testing.T) string {
	return module(t, map[string]string{
		"main.go":    program,
		"serve.go":   "package main\n\nimport \"example.com/app/lib\"\n\nvar serve = lib.Serve\n",
		"lib/lib.go": library,
	})
}

// run runs a command and returns what it prints.
func run(t *testing.T, want int, f func([]string, io.Writer, io.Writer) int, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if got := f(args, &stdout, &stderr); got != want {
		t.Fatalf("%v: exit code %d, want %d\n%s%s", args, got, want, &stdout, &stderr)
	}
	return stdout.String() + stderr.String()
}

func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		files[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func goCommand(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}
