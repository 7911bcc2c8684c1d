package toolchain

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	pathpkg "path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
	"golang.org/x/sys/unix"

	"github.com/greenify-go/greenify/rewrite/plural"
)

// manifestName is the file in a shadow's folder that lists its files. It is
// written last: a tree without it is unfinished.
const manifestName = "greenify-manifest"

// A shadow is a GOROOT in the cache: a release's, with a patch. Its folder holds
// the manifest and, at the release's own path below, the tree: see hubRoot.
type shadow struct {
	dir    string // where it is, or is to be
	goroot string // the release
	patch  *patch
}

// ensure makes the shadow complete and undamaged.
//
// An undamaged shadow costs one lstat per file and folder. A damaged one is repaired file
// by file, each swapped in by rename, so builds that use it meanwhile see the
// old or the new file. A missing one is made aside and renamed into place; a
// process killed on the way leaves a folder that the next one removes.
func (s *shadow) ensure(progress func(string, ...any)) error {
	if damaged, err := s.verify(); err == nil && len(damaged) == 0 {
		return nil
	}
	parent := filepath.Dir(s.dir)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return fmt.Errorf("%w: set GREENIFYCACHE to a folder that can be written", err)
	}
	lock := lockedfile.MutexAt(s.dir + ".lock")
	unlock, err := lock.Lock()
	if err != nil {
		return fmt.Errorf("%w: set GREENIFYCACHE to a folder that can be written", err)
	}
	defer unlock()

	// Another process may have been faster.
	damaged, err := s.verify()
	switch {
	case err == nil && len(damaged) == 0:
		return nil
	case err == nil:
		progress("repairing %s of the private toolchain", plural.Of(len(damaged), "file"))
		if err = s.repair(damaged); err == nil {
			return nil
		}
	case errors.Is(err, fs.ErrNotExist):
	default:
		progress("private toolchain: %v: making it again", err)
	}
	progress("making the private toolchain")
	return s.create()
}

// verify compares the shadow with its manifest and returns the files that are
// missing, differ, or are not in the manifest. The error is fs.ErrNotExist if there is
// no shadow.
//
// A file or folder that the kernel says has not changed since the manifest was written
// (its ctime, which nothing but a change of the file sets) is not looked into. The
// others are compared: a restored cache, and one whose files got another name by a hard
// link, have another ctime and the same contents.
func (s *shadow) verify() (damaged []string, err error) {
	entries, err := readManifest(filepath.Join(s.dir, manifestName))
	if err != nil {
		return nil, err
	}
	members := map[string]map[string]bool{} // names in a folder, made when one is looked for
	seen, stale := 0, false
	unchanged, err := s.unchanged(entries)
	if err != nil {
		return nil, err
	}
	for i, e := range entries {
		ours := e.sum != theirs && e.sum != subdir
		if ours {
			seen++
			if added, ok := s.patch.added[e.path]; ok && e.sum != sum(added) {
				damaged = append(damaged, e.path)
				continue
			}
		}
		if unchanged[i] {
			continue
		}
		stale = true
		path := s.path(e.path)
		fi, err := os.Lstat(path)
		switch {
		case ours:
			data, readErr := os.ReadFile(path)
			if err != nil || readErr != nil || !fi.Mode().IsRegular() || sum(data) != e.sum {
				damaged = append(damaged, e.path)
			}
		case e.sum == subdir && (err != nil || !fi.IsDir()):
			return nil, errors.New("folder " + e.path + " is missing")
		case e.sum == subdir:
			if len(members) == 0 {
				for _, e := range entries {
					for path := e.path; path != ""; { // also folders that only patched files are in
						dir, name := pathpkg.Split(path)
						if members[dir] == nil {
							members[dir] = map[string]bool{}
						}
						members[dir][name] = true
						path = strings.TrimSuffix(dir, "/")
					}
				}
			}
			list, err := os.ReadDir(path)
			if err != nil {
				return nil, err
			}
			for _, f := range list {
				if !members[e.path+"/"][f.Name()] {
					damaged = append(damaged, e.path+"/"+f.Name())
				}
			}
		case err != nil || !sameFile(path, fi, s.patch.path(e.path)):
			damaged = append(damaged, e.path)
		}
	}
	if seen != len(s.patch.names()) {
		return nil, errors.New("manifest is of another patch")
	}
	if stale && len(damaged) == 0 {
		s.record(entries) // or compare again next time
	}
	return damaged, nil
}

// unchanged reports of each file and folder whether the kernel says that it has not changed.
func (s *shadow) unchanged(entries []entry) ([]bool, error) {
	root, err := os.Open(s.path(""))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	fd := int(root.Fd())
	same := make([]bool, len(entries))
	each(len(entries), 512, func(i int) {
		// From the root on: the path to it is as long as the one below it.
		var st unix.Stat_t
		same[i] = unix.Fstatat(fd, entries[i].path, &st, unix.AT_SYMLINK_NOFOLLOW) == nil && entries[i].same(&st)
	})
	return same, nil
}

// each calls f for 0 to n-1, so many in a row, by all processors: every build waits for this.
func each(n, batch int, f func(i int)) {
	var wait sync.WaitGroup
	for begin := 0; begin < n; begin += batch {
		wait.Go(func() {
			for i := begin; i < min(begin+batch, n); i++ {
				f(i)
			}
		})
	}
	wait.Wait()
}

// record writes the manifest with the files as they are now.
func (s *shadow) record(entries []entry) error {
	for i := range entries {
		var st unix.Stat_t
		if err := unix.Lstat(s.path(entries[i].path), &st); err != nil {
			return err
		}
		entries[i].stat(&st)
	}
	return writeManifest(filepath.Join(s.dir, manifestName), entries)
}

// sameFile reports whether a file of the shadow is what the release has there.
func sameFile(path string, fi fs.FileInfo, release string) bool {
	want, err := os.Lstat(release)
	if err != nil {
		return false
	}
	if fi.Mode()&fs.ModeSymlink != 0 { // what the shadow links as a whole
		to, err := os.Readlink(path)
		return err == nil && to == release
	}
	if os.SameFile(fi, want) {
		return true
	}
	if !fi.Mode().IsRegular() || !want.Mode().IsRegular() || fi.Size() != want.Size() {
		return false
	}
	data, err1 := os.ReadFile(path)
	wanted, err2 := os.ReadFile(release)
	return err1 == nil && err2 == nil && bytes.Equal(data, wanted)
}

func (s *shadow) path(name string) string {
	return filepath.Join(s.dir, s.goroot, filepath.FromSlash(name))
}

// create makes the whole shadow aside and moves it into place.
func (s *shadow) create() (err error) {
	files, err := s.patch.files() // before anything is written: apply whole or not at all
	if err != nil {
		return err
	}
	stale, _ := filepath.Glob(s.dir + ".tmp*")
	for _, dir := range append(stale, s.dir) {
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	dir, err := os.MkdirTemp(filepath.Dir(s.dir), filepath.Base(s.dir)+".tmp")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(dir)
		}
	}()
	// MkdirTemp makes the folder private; a GOROOT is as readable as its parent.
	if err := os.Chmod(dir, 0o755); err != nil {
		return err
	}
	tmp := shadow{dir, s.goroot, s.patch}
	entries, err := tmp.mirror()
	if err != nil {
		return err
	}
	for _, name := range s.patch.names() {
		if err := writeFile(tmp.path(name), files[name]); err != nil {
			return err
		}
		entries = append(entries, entry{path: name, sum: sum(files[name])})
	}
	if err := tmp.record(entries); err != nil {
		return err
	}
	return os.Rename(dir, s.dir)
}

// mirror fills the shadow with the files of the release, but for the patched ones. The
// folders that cmd/go only reads as a whole are linked, and so is what the tests of the commands
// read: nothing there is embedded, and package patterns do not look there. Other folders below
// src are real, because package patterns do not follow links (and warn of them:
// modload.matchPackages), and their files are hard links, because go:embed refuses symbolic ones;
// where the system forbids hard links (another file system, another owner) they are copies.
func (s *shadow) mirror() ([]entry, error) {
	var entries []entry
	add := func(rel, sum string) { entries = append(entries, entry{path: filepath.ToSlash(rel), sum: sum}) }
	top, err := os.ReadDir(s.goroot)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(s.path("."), 0o755); err != nil {
		return nil, err
	}
	for _, e := range top {
		src, dst := filepath.Join(s.goroot, e.Name()), s.path(e.Name())
		switch {
		case e.Name() == "src":
			continue
		case e.IsDir() && linked(e.Name()) || e.Type()&fs.ModeSymlink != 0:
			err = os.Symlink(src, dst)
		default:
			err = linkOrCopy(src, dst)
		}
		if err != nil {
			return nil, err
		}
		add(e.Name(), theirs)
	}
	base := filepath.Join(s.goroot, "src")
	err = filepath.WalkDir(base, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(s.goroot, path)
		if err != nil {
			return err
		}
		dst := s.path(filepath.ToSlash(rel))
		if d.IsDir() && linked(filepath.ToSlash(rel)) {
			add(rel, theirs)
			if err := os.Symlink(path, dst); err != nil {
				return err
			}
			return filepath.SkipDir
		}
		if d.IsDir() {
			add(rel, subdir)
			return os.MkdirAll(dst, 0o755)
		}
		if s.patch.differs(filepath.ToSlash(rel)) {
			return nil
		}
		if err := linkOrCopy(path, dst); err != nil {
			return err
		}
		add(rel, theirs)
		return nil
	})
	return entries, err
}

// linked reports whether a folder of the release is linked as a whole.
func linked(name string) bool {
	return name != "src" && !strings.HasPrefix(name, "src/") || strings.HasPrefix(name, "src/cmd/") && pathpkg.Base(name) == "testdata"
}

// repair puts the named files in order.
func (s *shadow) repair(damaged []string) error {
	files, err := s.patch.files()
	if err != nil {
		return err
	}
	for _, name := range damaged {
		dst := s.path(name)
		if data, ok := files[name]; ok {
			if err := writeFile(dst, data); err != nil {
				return err
			}
			continue
		}
		src := s.patch.path(name)
		if _, err := os.Lstat(src); errors.Is(err, fs.ErrNotExist) {
			if err := os.RemoveAll(dst); err != nil { // it is none of the release's
				return err
			}
			continue
		}
		tmp := dst + ".tmp" + strconv.Itoa(os.Getpid())
		if fi, err := os.Lstat(dst); err == nil && (fi.IsDir() || fi.Mode()&fs.ModeSymlink != 0) {
			if err := os.RemoveAll(dst); err != nil {
				return err
			}
		}
		mirror := linkOrCopy
		if fi, err := os.Stat(src); err == nil && fi.IsDir() && linked(name) {
			mirror = os.Symlink
		}
		if err := mirror(src, tmp); err != nil {
			return err
		}
		if err := os.Rename(tmp, dst); err != nil {
			return err
		}
		// Rename does nothing when both are links to one file.
		os.Remove(tmp)
	}
	if still, err := s.verify(); err != nil || len(still) != 0 {
		return errors.New("the release itself has changed")
	}
	return nil
}

func linkOrCopy(src, dst string) error {
	if os.Link(src, dst) == nil {
		return nil
	}
	return copyFile(src, dst)
}

func copyFile(src, dst string) error {
	fi, err := os.Stat(src)
	if err != nil {
		return err
	}
	in, err := os.Open(src)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(dst, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, fi.Mode().Perm()|0o200)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	if err := out.Close(); err != nil {
		return err
	}
	return os.Chtimes(dst, time.Time{}, fi.ModTime())
}

// writeFile writes a file aside and renames it into place: the old file may be
// a hard link to the release's own.
func writeFile(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { // a package that the release lacks
		return err
	}
	tmp := path + ".tmp" + strconv.Itoa(os.Getpid())
	if err := os.WriteFile(tmp, data, 0o644); err != nil {
		os.Remove(tmp)
		return err
	}
	return os.Rename(tmp, path)
}

// The manifest is one line a file or folder, "size mtime ctime inode sum path", and
// last the hash of all lines before.

// An entry is one line of the manifest.
type entry struct {
	path                      string // below the root, slash-separated
	size, mtime, ctime, inode int64  // as lstat says; times in Unix nanoseconds
	sum                       string // SHA-256 of a file that the patch made, or one of these:
}

const (
	theirs = "-" // a file of the release
	subdir = "/"
)

func (e *entry) stat(st *unix.Stat_t) {
	e.size, e.mtime, e.ctime, e.inode = st.Size, st.Mtim.Nano(), st.Ctim.Nano(), int64(st.Ino)
}

// same reports whether the file has not been changed since.
func (e *entry) same(st *unix.Stat_t) bool {
	now := *e
	now.stat(st)
	return now == *e && st.Mode&unix.S_IFMT == unix.S_IFDIR == (e.sum == subdir)
}

func sum(data []byte) string {
	h := sha256.Sum256(data)
	return hex.EncodeToString(h[:])
}

func writeManifest(path string, entries []entry) error {
	var b bytes.Buffer
	for _, e := range entries {
		fmt.Fprintf(&b, "%d %d %d %d %s %s\n", e.size, e.mtime, e.ctime, e.inode, e.sum, e.path)
	}
	fmt.Fprintf(&b, "sha256 %s\n", sum(b.Bytes()))
	return writeFile(path, b.Bytes())
}

func readManifest(path string) ([]entry, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parseManifest(data)
}

func parseManifest(data []byte) ([]entry, error) {
	damaged := errors.New("manifest is damaged")
	i := bytes.LastIndex(data, []byte("sha256 "))
	if i < 0 || string(data[i+len("sha256 "):]) != sum(data[:i])+"\n" {
		return nil, damaged
	}
	entries := make([]entry, 0, bytes.Count(data[:i], []byte("\n")))
	whole := false
	for line := range strings.Lines(string(data[:i])) {
		e := entry{path: strings.TrimSuffix(line, "\n")}
		for _, n := range []*int64{&e.size, &e.mtime, &e.ctime, &e.inode} {
			var word string
			var err error
			word, e.path, _ = strings.Cut(e.path, " ")
			if *n, err = strconv.ParseInt(word, 10, 64); err != nil {
				return nil, damaged
			}
		}
		e.sum, e.path, _ = strings.Cut(e.path, " ")
		if !filepath.IsLocal(e.path) { // nor is ""
			return nil, damaged
		}
		whole = whole || e.path == "src" && e.sum == subdir
		entries = append(entries, e)
	}
	if !whole {
		return nil, damaged
	}
	return entries, nil
}
