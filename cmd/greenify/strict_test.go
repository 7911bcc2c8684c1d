package main

import (
	"os"
	"path/filepath"
	"testing"
)

// When one program cannot be moved, those before it are as they were.
func TestMoveAllOrNone(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	for name, text := range map[string]string{"new": "\x7fELF new", "new2": "\x7fELF new", "had": "\x7fELF old"} {
		if err := os.WriteFile(path(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := moveAll([]move{{path("new"), path("had")}, {path("new2"), path("hadnot")}, {path("none"), path("x")}}); err == nil {
		t.Error("no error")
	}
	if data, err := os.ReadFile(path("had")); err != nil || string(data) != "\x7fELF old" {
		t.Errorf("the old program is now %q, %v", data, err)
	}
	if _, err := os.Stat(path("hadnot")); err == nil {
		t.Error("a program is left of a failed move")
	}
}
