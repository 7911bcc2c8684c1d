package outfile

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A file is written whole or not at all, and stays what it is.
func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	content := func(name string) string {
		data, err := os.ReadFile(path(name))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	for _, name := range []string{"old", "other", "full/old"} {
		os.Mkdir(path("full"), 0o777)
		if name == "full/old" {
			if os.Geteuid() != 0 {
				continue // CI is root, and has a disk without room
			}
			if err := syscall.Mount("greenify-test", path("full"), "tmpfs", 0, "size=64k"); err != nil {
				t.Fatal(err)
			}
			defer syscall.Unmount(path("full"), syscall.MNT_DETACH)
		}
		if err := os.WriteFile(path(name), []byte("old"), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	os.Symlink("old", path("link"))
	os.Symlink("made", path("dangling"))
	os.Link(path("other"), path("second"))
	for _, name := range []string{"link", "dangling", "second", "new"} {
		if err := Write(path(name), []byte("new")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, want := range map[string]string{"old": "new", "made": "new", "other": "new", "second": "new", "new": "new"} {
		if got := content(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if fi, err := os.Stat(path("old")); err != nil || fi.Mode() != 0o640 {
		t.Errorf("mode %v, %v", fi.Mode(), err)
	}
	for _, name := range []string{"link", "dangling"} {
		if fi, err := os.Lstat(path(name)); err != nil || fi.Mode()&os.ModeSymlink == 0 {
			t.Errorf("%s is no link now", name)
		}
	}
	if os.Geteuid() == 0 {
		if err := Write(path("full/old"), make([]byte, 1<<20)); err == nil || content("full/old") != "old" {
			t.Errorf("on a full disk: error %v, the file is %.10q", err, content("full/old"))
		}
	}
	if err := Write("/dev/null", []byte("x")); err != nil {
		t.Error(err)
	}
	if fi, err := os.Stat("/dev/null"); err != nil || fi.Mode()&os.ModeDevice == 0 {
		t.Fatal("/dev/null is no device now")
	}
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		if strings.HasPrefix(e.Name(), ".") {
			t.Errorf("left behind: %s", e.Name())
		}
	}
}
