package toolchain

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What is put into the private toolchain, or changed in it, is seen whatever its size
// and times say, and is put in order; what only looks changed is not made again. The
// release itself is never touched.
func TestTampered(t *testing.T) {
	dir := t.TempDir()
	var said strings.Builder
	opt := Options{CacheDir: dir, Progress: func(format string, args ...any) { fmt.Fprintf(&said, format+"\n", args...) }}
	tc, err := Open(opt)
	if err != nil {
		t.Fatal(err)
	}
	path := func(name string) string { return filepath.Join(tc.GOROOT, filepath.FromSlash(name)) }
	top := filepath.Join(dir, folder(dir, tc))
	manifest := filepath.Join(top, manifestName)
	read := func(name string) []byte {
		t.Helper()
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	write := func(name string, data []byte) {
		t.Helper()
		if err := os.WriteFile(name, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	// replace puts a file of other contents, but the same size and times, in the place
	// of one that is a hard link of the release's.
	replace := func(name string) {
		t.Helper()
		fi, err := os.Stat(path(name))
		if err != nil {
			t.Fatal(err)
		}
		data := bytes.Clone(read(path(name)))
		data[len(data)/2] ^= 1
		os.Remove(path(name))
		write(path(name), data)
		os.Chtimes(path(name), fi.ModTime(), fi.ModTime())
	}
	// restore puts a file of the same contents in the place of one: another inode, other times.
	restore := func(name string) {
		t.Helper()
		data := read(path(name))
		os.Remove(path(name))
		write(path(name), data)
	}
	release := func(name string) []byte {
		return read(filepath.Join(strings.TrimPrefix(tc.GOROOT, top), filepath.FromSlash(name)))
	}
	lines := func(edit func([]string) []string) {
		t.Helper()
		data := read(manifest)
		list := strings.Split(strings.TrimSuffix(string(data[:bytes.LastIndex(data, []byte("sha256 "))]), "\n"), "\n")
		text := strings.Join(edit(list), "\n") + "\n"
		write(manifest, []byte(text+"sha256 "+sum([]byte(text))+"\n"))
	}
	const repaired, again = "repairing 1 file ", "making the private toolchain"
	for _, test := range []struct {
		name   string
		tamper func()
		want   string // what is said; "" is nothing
	}{
		{"nothing", func() {}, ""},
		{"extra file of a patched package", func() { write(path("src/runtime/zz.go"), []byte("package runtime\n")) }, repaired},
		{"extra file of another package", func() { write(path("src/strings/zz.go"), []byte("package strings\n")) }, repaired},
		{"extra assembly", func() { write(path("src/math/zz_amd64.s"), nil) }, repaired},
		{"extra header", func() { write(path("src/runtime/cgo/zz.h"), nil) }, repaired},
		{"extra file in testdata", func() { write(path("src/go/build/testdata/zz"), nil) }, repaired},
		{"extra link", func() { os.Symlink("/nowhere", path("src/fmt/zz.go")) }, repaired},
		{"extra file with the folder's time put back", func() {
			fi, _ := os.Stat(path("src/sort"))
			write(path("src/sort/zz.go"), []byte("package sort\n"))
			os.Chtimes(path("src/sort"), fi.ModTime(), fi.ModTime())
		}, repaired},
		{"extra package", func() {
			os.MkdirAll(path("src/evil/more"), 0o755)
			write(path("src/evil/evil.go"), []byte("package evil\n"))
		}, repaired},
		{"other contents, same size and time", func() { replace("src/fmt/print.go") }, repaired},
		{"patched file, same size and time", func() { replace("src/runtime/proc.go") }, repaired},
		{"link to the contents of a patched file", func() {
			name := filepath.Join(t.TempDir(), "proc.go")
			write(name, read(path("src/runtime/proc.go")))
			os.Remove(path("src/runtime/proc.go"))
			os.Symlink(name, path("src/runtime/proc.go"))
		}, repaired},
		{"patched file is gone", func() { os.Remove(path("src/runtime/proc.go")) }, repaired},
		{"restored patched file", func() { restore("src/runtime/proc.go") }, ""},
		{"link in place of a file", func() {
			os.Remove(path("src/fmt/scan.go"))
			os.Symlink("/dev/null", path("src/fmt/scan.go"))
		}, repaired},
		{"folder in place of a file", func() {
			os.Remove(path("src/fmt/scan.go"))
			os.MkdirAll(path("src/fmt/scan.go/x"), 0o755)
		}, repaired},
		{"link to other tools", func() {
			os.Remove(path("pkg"))
			os.Symlink(t.TempDir(), path("pkg"))
		}, repaired},
		{"link to other data of tests", func() {
			os.Remove(path("src/cmd/go/testdata"))
			os.Symlink(t.TempDir(), path("src/cmd/go/testdata"))
		}, repaired},
		{"file is gone", func() { os.Remove(path("src/fmt/scan.go")) }, repaired},
		{"folder is gone", func() { os.RemoveAll(path("src/fmt")) }, again},
		// As if the cache had been restored: other inodes and times, the same contents.
		{"restored file", func() { restore("src/fmt/scan.go") }, ""},
		{"touched", func() { os.Chtimes(path("src/fmt/print.go"), time.Now(), time.Now()) }, ""},
		{"manifest: one field", func() { lines(func([]string) []string { return []string{"x"} }) }, again},
		{"manifest: empty", func() { write(manifest, nil) }, again},
		{"manifest: empty, right hash", func() { write(manifest, []byte("sha256 "+sum(nil)+"\n")) }, again},
		{"manifest: of four fields", func() {
			lines(func(l []string) []string {
				for i := range l {
					f := strings.Fields(l[i])
					l[i] = strings.Join([]string{f[0], f[1], f[4], f[5]}, " ")
				}
				return l
			})
		}, again},
		{"manifest: name outside", func() { lines(func(l []string) []string { return append(l, "0 0 0 0 - ../../../etc/passwd") }) }, again},
		{"manifest: no number", func() { lines(func(l []string) []string { l[5] = "x" + l[5]; return l }) }, again},
		{"manifest: blank line", func() { lines(func(l []string) []string { return append(l, "") }) }, again},
		{"manifest: cut off", func() { data := read(manifest); write(manifest, data[:len(data)/2]) }, again},
		{"manifest: a folder", func() { os.Remove(manifest); os.Mkdir(manifest, 0o755) }, again},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := release("src/fmt/print.go")
			test.tamper()
			said.Reset()
			if _, err := Open(opt); err != nil {
				t.Fatal(err)
			}
			if out := said.String(); test.want == "" && out != "" || !strings.Contains(out, test.want) {
				t.Errorf("it says %q, want %q", out, test.want)
			}
			said.Reset()
			if _, err := Open(opt); err != nil || said.Len() > 0 {
				t.Errorf("the next one says %q, error %v", said.String(), err)
			}
			for _, name := range []string{"src/runtime/zz.go", "src/strings/zz.go", "src/sort/zz.go", "src/evil", "src/fmt/zz.go"} {
				if _, err := os.Lstat(path(name)); err == nil {
					t.Errorf("%s is still there", name)
				}
			}
			for _, name := range []string{"src/fmt/print.go", "src/fmt/scan.go"} {
				if !bytes.Equal(read(path(name)), release(name)) {
					t.Errorf("%s is not the release's", name)
				}
			}
			if !bytes.Equal(release("src/fmt/print.go"), before) {
				t.Error("the release was changed")
			}
		})
	}
}

// FuzzManifest: whatever is in a manifest is refused, or means what it says.
func FuzzManifest(f *testing.F) {
	f.Add("x\n", true)
	f.Add("1 2 3 4 / src\n5 6 7 8 - src/a b.go\n", true)
	f.Add("sha256 ", false)
	f.Fuzz(func(t *testing.T, text string, sign bool) {
		data := []byte(text)
		if sign {
			data = append(data, "sha256 "+sum(data)+"\n"...)
		}
		entries, err := parseManifest(data)
		if err != nil {
			return
		}
		for _, e := range entries {
			if !filepath.IsLocal(e.path) {
				t.Errorf("it names %q", e.path)
			}
		}
		name := filepath.Join(t.TempDir(), "manifest")
		if err := writeManifest(name, entries); err != nil {
			t.Fatal(err)
		}
		if again, err := readManifest(name); err != nil || fmt.Sprint(again) != fmt.Sprint(entries) {
			t.Errorf("written and read again: %v, %v", again, err)
		}
	})
}
