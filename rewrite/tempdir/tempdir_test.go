package tempdir

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

func TestMain(m *testing.M) {
	if parent := os.Getenv("TEMPDIR_MAKE"); parent != "" {
		if _, err := Make(parent, "greenify-test-"); err != nil {
			panic(err)
		}
		os.Exit(0) // as if it were killed: it removes nothing
	}
	os.Exit(m.Run())
}

func names(t *testing.T, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// What a killed process has left the next one removes, but not what is in use, nor what is
// somebody else's.
func TestLeft(t *testing.T) {
	parent := t.TempDir()
	mine, err := Make(parent, "greenify-test-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(mine.Path, "file"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	elsewhere := t.TempDir()
	if err := os.Symlink(elsewhere, filepath.Join(parent, "greenify-test-link")); err != nil {
		t.Fatal(err)
	}
	// A folder of the user's, whatever its name.
	users := []string{"greenify-other", "greenify-test-12345", "greenify-test-results"}
	for _, name := range users {
		if err := os.Mkdir(filepath.Join(parent, name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(parent, name, "file"), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "TEMPDIR_MAKE="+parent)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if list := names(t, parent); len(list) != 6 {
			t.Fatalf("there are %q: want one of this process, one that is left, and four others", list)
		}
	}
	if _, err := os.Stat(filepath.Join(mine.Path, "file")); err != nil {
		t.Error(err)
	}
	next, err := Make(parent, "greenify-test-")
	if err != nil {
		t.Fatal(err)
	}
	if err := next.Remove(); err != nil {
		t.Error(err)
	}
	if err := mine.Remove(); err != nil {
		t.Error(err)
	}
	for _, name := range users {
		if _, err := os.Stat(filepath.Join(parent, name, "file")); err != nil {
			t.Error(err)
		}
	}
	if list := names(t, parent); len(list) != 4 {
		t.Errorf("left behind: %q", list)
	}
}

// Of many that make one at once each has its own, whoever sweeps when.
func TestTogether(t *testing.T) {
	parent := t.TempDir()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				d, err := Make(parent, "greenify-test-")
				if err != nil {
					t.Error(err)
					return
				}
				if err := os.WriteFile(filepath.Join(d.Path, "file"), nil, 0o666); err != nil {
					t.Error(err)
				}
				if err := d.Remove(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if list := names(t, parent); len(list) != 0 {
		t.Errorf("left behind: %q", list)
	}
}
