package outfile

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
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
	// Disks without room for what is in the file, and for one more file.
	full := map[string]string{"full/old": "size=64k", "inodes/old": "nr_inodes=2"}
	for _, name := range []string{"old", "other", "full/old", "inodes/old"} {
		if options := full[name]; options != "" {
			if os.Geteuid() != 0 {
				continue // CI is root
			}
			on := path(filepath.Dir(name))
			os.Mkdir(on, 0o777)
			if err := syscall.Mount("greenify-test", on, "tmpfs", 0, options); err != nil {
				t.Fatal(err)
			}
			defer syscall.Unmount(on, syscall.MNT_DETACH)
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
	for name, options := range full {
		if os.Geteuid() != 0 {
			break
		}
		if err := Write(path(name), make([]byte, 1<<20)); err == nil || content(name) != "old" {
			t.Errorf("on a full disk (%s): error %v, the file is %.10q", options, err, content(name))
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

func TestMain(m *testing.M) {
	if path := os.Getenv("OUTFILE_ASIDE"); path != "" {
		if _, err := NewAside(path, 0o666); err != nil {
			panic(err)
		}
		os.Exit(0) // as if it were killed before it renames
	}
	os.Exit(m.Run())
}

// What a killed process has left beside a file goes when the file is written again.
func TestLeftAside(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	for range 3 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "OUTFILE_ASIDE="+path)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if list, err := os.ReadDir(dir); err != nil || len(list) != 1 {
			t.Fatalf("%v: there are %v: want the one file that is left", err, list)
		}
	}
	if err := Write(path, []byte("new")); err != nil {
		t.Fatal(err)
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 1 || list[0].Name() != "file" {
		t.Errorf("%v: there are %v", err, list)
	}
}

// Of many that write one file at once each writes all of it.
func TestWriteTogether(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 50 {
				if err := Write(path, bytes.Repeat([]byte{byte('a' + i)}, 100_000)); err != nil {
					t.Error(err)
				}
				if data, err := os.ReadFile(path); err != nil || len(data) != 100_000 || bytes.Count(data, data[:1]) != len(data) {
					t.Errorf("%d bytes, %v: not what one has written", len(data), err)
				}
			}
		})
	}
	wg.Wait()
	if list, err := os.ReadDir(filepath.Dir(path)); err != nil || len(list) != 1 {
		t.Errorf("%v: there are %v", err, list)
	}
}

// Where it writes aside nobody else's link or pipe is followed.
func TestAsideTaken(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	a, err := NewAside(path, 0o666)
	if err != nil {
		t.Fatal(err)
	}
	a.Close()
	a.End()
	if err := syscall.Mkfifo(a.Name(), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := Write(path, nil); err == nil || !strings.Contains(err.Error(), "remove it") {
		t.Errorf("a pipe: %v", err)
	}
	os.Remove(a.Name())
	if err := os.Symlink("/dev/null", a.Name()); err != nil {
		t.Fatal(err)
	}
	if err := Write(path, nil); err == nil || !strings.Contains(err.Error(), "remove it") {
		t.Errorf("a link: %v", err)
	}
}
