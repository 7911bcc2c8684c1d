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
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"

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
// An undamaged shadow costs one lstat per file. A damaged one is repaired file
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
	progress("making the private toolchain; the first build with it compiles the standard library")
	return s.create()
}

// An entry is one line of the manifest.
type entry struct {
	path  string // below the root, slash-separated
	size  int64
	mtime int64  // Unix nanoseconds
	sum   string // SHA-256 of a file that the patch made; "-" for one of the release's
}

// verify compares the shadow with its manifest and returns the files that are
// missing or differ. The error is fs.ErrNotExist if there is no shadow.
func (s *shadow) verify() (damaged []string, err error) {
	entries, err := readManifest(filepath.Join(s.dir, manifestName))
	if err != nil {
		return nil, err
	}
	seen := 0
	for _, e := range entries {
		path := s.path(e.path)
		if e.sum != "-" {
			seen++
			want := e.sum
			if added, ok := s.patch.added[e.path]; ok {
				want = sum(added) // one of them names the cache's folder, which may have been moved
			}
			if data, err := os.ReadFile(path); err != nil || sum(data) != want {
				damaged = append(damaged, e.path)
			}
			continue
		}
		if fi, err := os.Lstat(path); err != nil || fi.Size() != e.size || fi.ModTime().UnixNano() != e.mtime {
			damaged = append(damaged, e.path)
		}
	}
	if seen != len(s.patch.names()) {
		return nil, errors.New("manifest is of another patch")
	}
	return damaged, nil
}

func (s *shadow) path(name string) string {
	return filepath.Join(s.dir, s.goroot, filepath.FromSlash(name))
}

// create makes the whole shadow aside and moves it into place.
func (s *shadow) create() (err error) {
	files, err := s.patch.make() // before anything is written: apply whole or not at all
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
		entries = append(entries, entry{path: name, size: int64(len(files[name])), sum: sum(files[name])})
	}
	if err := writeManifest(filepath.Join(dir, manifestName), entries); err != nil {
		return err
	}
	return os.Rename(dir, s.dir)
}

// mirror fills the shadow with the files of the release, but for the patched ones. The
// folders that cmd/go only reads as a whole are linked. Those below src are
// real, because package patterns do not follow links, and their files are hard
// links, because go:embed refuses symbolic ones; where the system forbids hard
// links (another file system, another owner) they are copies.
func (s *shadow) mirror() ([]entry, error) {
	var entries []entry
	add := func(rel, path string) error {
		fi, err := os.Lstat(path)
		if err != nil {
			return err
		}
		entries = append(entries, entry{filepath.ToSlash(rel), fi.Size(), fi.ModTime().UnixNano(), "-"})
		return nil
	}
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
		case e.IsDir() || e.Type()&fs.ModeSymlink != 0:
			err = os.Symlink(src, dst)
		default:
			err = linkOrCopy(src, dst)
		}
		if err == nil {
			err = add(e.Name(), dst)
		}
		if err != nil {
			return nil, err
		}
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
		if d.IsDir() {
			return os.MkdirAll(dst, 0o755)
		}
		if s.patch.differs(filepath.ToSlash(rel)) {
			return nil
		}
		if err := linkOrCopy(path, dst); err != nil {
			return err
		}
		return add(rel, dst)
	})
	return entries, err
}

// repair puts the named files in order.
func (s *shadow) repair(damaged []string) error {
	files, err := s.patch.make()
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
		tmp := dst + ".tmp" + strconv.Itoa(os.Getpid())
		if err := linkOrCopy(src, tmp); err != nil {
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
	tmp := path + ".tmp" + strconv.Itoa(os.Getpid())
	if err := os.WriteFile(tmp, data, 0o644); err != nil {
		os.Remove(tmp)
		return err
	}
	return os.Rename(tmp, path)
}

// The manifest is one line a file, "size mtime sum path", and last the hash of
// all lines before.

func sum(data []byte) string {
	h := sha256.Sum256(data)
	return hex.EncodeToString(h[:])
}

func writeManifest(path string, entries []entry) error {
	var b bytes.Buffer
	for _, e := range entries {
		fmt.Fprintf(&b, "%d %d %s %s\n", e.size, e.mtime, e.sum, e.path)
	}
	fmt.Fprintf(&b, "sha256 %s\n", sum(b.Bytes()))
	return writeFile(path, b.Bytes())
}

func readManifest(path string) ([]entry, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	i := bytes.LastIndex(data, []byte("sha256 "))
	if i < 0 || strings.TrimSpace(string(data[i+len("sha256 "):])) != sum(data[:i]) {
		return nil, errors.New("manifest is damaged")
	}
	var entries []entry
	for line := range strings.Lines(string(data[:i])) {
		f := strings.SplitN(strings.TrimSuffix(line, "\n"), " ", 4)
		size, err1 := strconv.ParseInt(f[0], 10, 64)
		mtime, err2 := strconv.ParseInt(f[1], 10, 64)
		if len(f) != 4 || err1 != nil || err2 != nil {
			return nil, errors.New("manifest is damaged")
		}
		entries = append(entries, entry{f[3], size, mtime, f[2]})
	}
	return entries, nil
}
