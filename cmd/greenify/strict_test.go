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
	moves := []move{
		{from: path("new"), to: path("had")},
		{from: path("new"), to: path("hadnot")},
		{from: path("new2"), to: path("folder")}, // which the next one makes a folder
		{from: path("new"), to: path("folder/x")},
	}
	if err := moveAll(moves); err == nil {
		t.Error("no error")
	}
	if data, err := os.ReadFile(path("had")); err != nil || string(data) != "\x7fELF old" {
		t.Errorf("the old program is now %q, %v", data, err)
	}
	if list, _ := filepath.Glob(path("*")); len(list) != 4 { // new, new2, had, folder
		t.Errorf("there are %q after a failed move", list)
	}
	if list, _ := filepath.Glob(path(".*")); len(list) != 0 {
		t.Errorf("%q is left of a failed move", list)
	}
}
