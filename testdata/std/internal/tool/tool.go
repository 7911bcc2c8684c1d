// Package tool finds the greenify command for the programs beside it.
package tool

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Greenify returns the command to test: $GREENIFY_CMD, or this repository's
// cmd/greenify built into dir. It is an error if what the command builds does
// not run patched: a comparison of plain with plain proves nothing.
func Greenify(dir string) (string, error) {
	path := os.Getenv("GREENIFY_CMD")
	if path == "" {
		path = filepath.Join(dir, "greenify")
		out, err := exec.Command("go", "build", "-o", path, "github.com/greenify-go/greenify/cmd/greenify").CombinedOutput()
		if err != nil {
			return "", fmt.Errorf("building cmd/greenify (set GREENIFY_CMD to use another): %w\n%s", err, out)
		}
	}
	prog := filepath.Join(dir, "patched.go")
	if err := os.WriteFile(prog, []byte("package main\n\nfunc main() {}\n"), 0o644); err != nil {
		return "", err
	}
	cmd := exec.Command(path, "run", prog)
	cmd.Env = append(Environ(), "GREENIFY=stats=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s run: %w\n%s", path, err, out)
	}
	if !bytes.Contains(out, []byte("greenify: threads=")) {
		return "", fmt.Errorf("%s run: the program did not run patched; it printed %q", path, out)
	}
	return path, nil
}

// Environ is the environment without GREENIFY, so that no setting of the
// caller's (off, say) reaches the patched programs.
func Environ() []string {
	var env []string
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "GREENIFY=") {
			env = append(env, kv)
		}
	}
	return env
}
