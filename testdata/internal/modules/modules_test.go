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
