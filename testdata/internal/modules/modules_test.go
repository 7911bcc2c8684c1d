package modules

import (
	"os"
	"path/filepath"
	"testing"
)

func TestRead(t *testing.T) {
	if list, err := Read("../../std/modules.tsv"); err != nil || len(list) == 0 {
		t.Errorf("%d modules, %v", len(list), err)
	}
	for _, bad := range []string{"example.com/a\tv1.0.0\n", "example.com/a\t\t./...\n", "example.com/a v1.0.0 ./...\n"} {
		file := filepath.Join(t.TempDir(), "modules.tsv")
		if err := os.WriteFile(file, []byte(bad), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(file); err == nil {
			t.Errorf("accepted %q", bad)
		}
	}
}

// A module of a repository of several may be tested without the others.
func TestDropReplaced(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"own/go.mod": "module example.com/m/own\n",
		"go.mod": "module example.com/m\n\ngo 1.26\n\nreplace example.com/m/own => ./own\n\nreplace example.com/m/other v1.0.0 => ../other\n\n" +
			"replace example.com/a => example.com/b v1.0.0\n",
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := dropReplaced(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	const want = "module example.com/m\n\ngo 1.26\n\nreplace example.com/m/own => ./own\n\nreplace example.com/a => example.com/b v1.0.0\n"
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
