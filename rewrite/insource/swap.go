package insource

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/greenify-go/greenify/rewrite/toolchain"
)

// A set of files is replaced whole or not at all, whenever the process is
// killed. Each new file is first written aside, in the folder where it goes: a
// rename must not leave the file system. A journal lists them all the time:
//
//	staging  the tree is the old one; the files aside are to be removed
//	moving   the new tree is what counts; the files aside are to be moved into place
//
// The journal is in greenify's cache and is found by the path of the module, never
// in the tree: a tree may be a stranger's, and whoever follows a journal writes the
// files that it names. Even so it is followed only where it can be one of ours:
// its names are local to a module, and go.mod, go.sum, go.work or end in .go, they are opened below the
// module's folder with no link on the way, and what is there has a hash that it
// says. A later command that writes finishes the swap, or undoes it; one
// that only reads says that there is one.
//
// What a killed process wrote the kernel keeps, so nothing is synced to disk: a
// machine that stops at the wrong moment is what version control is for. The go
// command does not look at the files aside, because of their names.
const (
	swapFolder  = "rewrite" // of the cache
	swapJournal = "journal"
	swapLock    = "lock"
	asidePrefix = ".greenify-"
)

// A fileEdit is one file before and after; nil means that there is none.
type fileEdit struct{ old, new []byte }

// A journal is what a swap is about to do.
type journal struct {
	Moving bool // else staging
	Files  []entry
}

// An entry is one file of a journal.
type entry struct {
	Root  string // folder of a module: absolute, no link in it
	Name  string // below it; no link in it
	Aside string // base name of the new file, in the same folder; "" if there is none
	Old   string // hash of the contents; "" for no file
	New   string
}

// swap makes the edits, by file, all of them or none. The files lie in the modules
// whose folders are roots; the first names the journal.
func swap(roots []string, files map[string]fileEdit) error {
	s, err := lock(roots[0])
	if err != nil {
		return err
	}
	defer holdSignals()()
	defer s.unlock()
	if err := s.finish(); err != nil {
		return err
	}
	j, contents, err := s.plan(roots, files)
	if err != nil {
		return err
	}
	if err := s.write(j); err != nil {
		return err
	}
	for i, e := range j.Files {
		if e.Aside == "" {
			continue
		}
		if err := e.stage(s.in, contents[i]); err != nil {
			return errors.Join(err, s.finish()) // undone
		}
	}
	j.Moving = true
	if err := s.write(j); err != nil {
		return errors.Join(err, s.finish())
	}
	return s.finish()
}

// plan makes the journal of a swap, and looks at every file: none is written that
// cannot be replaced as what it is.
func (s *state) plan(roots []string, files map[string]fileEdit) (*journal, [][]byte, error) {
	var real []string
	for _, root := range roots {
		r, err := realPath(root)
		if err != nil {
			return nil, nil, err
		}
		real = append(real, r)
	}
	j, contents := &journal{}, [][]byte{}
	names := map[string]string{} // what a file was named, by its path
	aside := asidePrefix + rand.Text() + "-"
	for _, name := range slices.Sorted(maps.Keys(files)) {
		e, err := resolve(real, name, files[name])
		if err != nil {
			return nil, nil, err
		}
		data, path := files[name].new, filepath.Join(e.Root, e.Name)
		if other, ok := names[path]; ok {
			if !bytes.Equal(files[other].new, data) {
				return nil, nil, fmt.Errorf("%s and %s are one file, and differ when patched: replace the link by a copy", other, name)
			}
			continue
		}
		names[path] = name
		now, err := e.read(s.in, e.Name)
		if err != nil {
			return nil, nil, err
		}
		if e.Old = hash(now); e.Old == e.New {
			continue // somebody else has just done it
		}
		if e.Old != hash(files[name].old) {
			return nil, nil, fmt.Errorf("%s changed while it was being patched, nothing was written: run the command again", name)
		}
		if data != nil {
			e.Aside = aside + strconv.Itoa(len(j.Files))
		}
		j.Files = append(j.Files, e)
		contents = append(contents, data)
	}
	return j, contents, nil
}

// resolve finds where a file is. A file that is reached through a symbolic link is
// changed where it is; one outside of the modules is not.
func resolve(roots []string, name string, ed fileEdit) (e entry, err error) {
	dir, err := realPath(filepath.Dir(name))
	if err != nil {
		return e, err
	}
	path := filepath.Join(dir, filepath.Base(name))
	fi, err := os.Lstat(path)
	if err == nil && fi.Mode()&fs.ModeSymlink != 0 {
		if ed.old == nil || ed.new == nil {
			return e, fmt.Errorf("%s is a symbolic link, and greenify makes and removes files only: remove it", name)
		}
		if path, err = filepath.EvalSymlinks(path); err == nil {
			fi, err = os.Lstat(path)
		}
	}
	if err != nil && !(errors.Is(err, fs.ErrNotExist) && ed.old == nil) {
		return e, err
	}
	for _, root := range roots {
		if rel, err := filepath.Rel(root, path); err == nil && filepath.IsLocal(rel) && len(root) > len(e.Root) {
			e = entry{Root: root, Name: rel, New: hash(ed.new)}
		}
	}
	if e.Root == "" {
		return e, fmt.Errorf("%s is outside of the module, at %s, nothing was written: patch it there, or replace the link by a copy", name, path)
	}
	if !swappable(path) {
		return e, fmt.Errorf("%s is the file %s, which is not a Go file by its name, nothing was written: replace the link by a copy", name, path)
	}
	if err == nil {
		err = mayReplace(name, fi)
	} else {
		err = nil
	}
	return e, err
}

// swappable reports whether a file may be one of a swap, by its name.
func swappable(name string) bool {
	base := filepath.Base(name)
	return filepath.Ext(base) == ".go" || base == "go.mod" || base == "go.sum" || base == "go.work"
}

// mayReplace returns why a file cannot be replaced by a new one that is the same to
// its user.
func mayReplace(name string, fi fs.FileInfo) error {
	st := fi.Sys().(*syscall.Stat_t)
	switch {
	case !fi.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file, nothing was written", name)
	case fi.Mode()&0o200 == 0:
		return fmt.Errorf("%s is read-only (mode %#o), nothing was written: chmod u+w it if it is to be patched", name, fi.Mode().Perm())
	case st.Nlink > 1:
		return fmt.Errorf("%s has %d names (hard links), of which one alone would be patched, nothing was written: replace it by a copy", name, st.Nlink)
	case int(st.Uid) != os.Geteuid() && os.Geteuid() != 0:
		return fmt.Errorf("%s belongs to another user, nothing was written", name)
	}
	return nil
}

// realPath is an absolute path with no link in it.
func realPath(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(path)
}

// folders are modules' folders, open.
type folders map[string]*os.Root

func (f folders) open(path string) (*os.Root, error) {
	if root, ok := f[path]; ok {
		return root, nil
	}
	root, err := os.OpenRoot(path)
	if err == nil {
		f[path] = root
	}
	return root, err
}

func (f folders) close() {
	for _, root := range f {
		root.Close()
	}
}

// aside is the name of the new file.
func (e *entry) aside() string { return filepath.Join(filepath.Dir(e.Name), e.Aside) }

// read reads a file of the module; nil if there is none.
func (e *entry) read(in folders, name string) ([]byte, error) {
	root, err := in.open(e.Root)
	if err != nil {
		return nil, err
	}
	data, err := root.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if data == nil && err == nil {
		data = []byte{}
	}
	return data, err
}

// stage writes the new file aside, with the owner and exactly the mode of the old
// one, whatever the umask.
func (e *entry) stage(in folders, data []byte) (err error) {
	root, err := in.open(e.Root)
	if err != nil {
		return err
	}
	f, err := root.OpenFile(e.aside(), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if old, err := root.Lstat(e.Name); err == nil {
		st := old.Sys().(*syscall.Stat_t)
		if now, err := f.Stat(); err != nil {
			return err
		} else if is := now.Sys().(*syscall.Stat_t); is.Uid != st.Uid || is.Gid != st.Gid {
			if err := f.Chown(int(st.Uid), int(st.Gid)); err != nil {
				return fmt.Errorf("keep the owner of %s: %w", e.Name, err)
			}
		}
		if err := f.Chmod(old.Mode().Perm()); err != nil {
			return err
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	_, err = f.Write(data)
	return err
}

// A state is the folder of the cache with the journal of one module, while this
// process has its lock.
type state struct {
	dir  string
	file *os.File // locked
	in   folders
}

// stateDir names the folder for the module at root.
func stateDir(root string) (string, error) {
	cache, err := toolchain.CacheDir()
	if err != nil {
		return "", err
	}
	if root, err = realPath(root); err != nil {
		return "", err
	}
	return filepath.Join(cache, swapFolder, hash([]byte(root))[:32]), nil
}

// lock makes the folder and takes it for this process. The kernel lets go of
// the lock when the process is killed.
func lock(root string) (*state, error) {
	dir, err := stateDir(root)
	if err != nil {
		return nil, err
	}
	name := filepath.Join(dir, swapLock)
	for {
		if err := os.MkdirAll(filepath.Dir(filepath.Dir(dir)), 0o755); err != nil {
			return nil, fmt.Errorf("%w: set GREENIFYCACHE to a folder that can be written", err)
		}
		for _, d := range []string{filepath.Dir(dir), dir} {
			if err := os.Mkdir(d, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
				return nil, fmt.Errorf("%w: set GREENIFYCACHE to a folder that can be written", err)
			}
			if err := ours(d); errors.Is(err, fs.ErrNotExist) {
				break // it went away in between
			} else if err != nil {
				return nil, err
			}
		}
		f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR|syscall.O_NOFOLLOW, 0o600)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
			f.Close()
			return nil, fmt.Errorf("lock %s: %w", name, err)
		}
		// The process that had it may have removed it.
		have, err1 := f.Stat()
		want, err2 := os.Stat(name)
		if err1 != nil || err2 != nil || !os.SameFile(have, want) {
			f.Close()
			continue
		}
		return &state{dir, f, folders{}}, nil
	}
}

// ours returns an error unless a folder of the cache is one that only this user can
// write to: the journals in it are followed.
func ours(dir string) error {
	fi, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !fi.IsDir() || fi.Mode()&0o022 != 0 || int(fi.Sys().(*syscall.Stat_t).Uid) != os.Geteuid() {
		return fmt.Errorf("%s is not a folder that only you can write to: remove it, or set GREENIFYCACHE to a folder of your own", dir)
	}
	return nil
}

func (s *state) unlock() {
	if _, err := os.Lstat(s.journal()); errors.Is(err, fs.ErrNotExist) {
		os.Remove(filepath.Join(s.dir, swapLock))
		os.Remove(s.dir) // stays if another process is in it
	}
	s.in.close()
	s.file.Close()
}

func (s *state) journal() string { return filepath.Join(s.dir, swapJournal) }

func (s *state) write(j *journal) error {
	data, err := json.Marshal(j)
	if err != nil {
		return err
	}
	tmp := s.journal() + ".tmp"
	if err := os.WriteFile(tmp, data, 0o600); err != nil {
		os.Remove(tmp)
		return err
	}
	return os.Rename(tmp, s.journal())
}

// finish ends a swap that has begun: it moves, or it undoes the staging. It
// changes nothing if one of the files has been edited since.
func (s *state) finish() error {
	data, err := os.ReadFile(s.journal())
	os.Remove(s.journal() + ".tmp")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var j journal
	if err := json.Unmarshal(data, &j); err != nil {
		return s.stuck(fmt.Errorf("journal of an interrupted rewrite: %w", err))
	}
	for _, e := range j.Files {
		if err := e.check(s.in, j.Moving); err != nil {
			return s.stuck(err)
		}
	}
	for _, e := range j.Files {
		if err := e.settle(s.in, j.Moving); err != nil {
			return fmt.Errorf("finish an interrupted rewrite: %w", err)
		}
	}
	return os.Remove(s.journal())
}

// stuck says how to get rid of a journal that cannot be followed.
func (s *state) stuck(err error) error {
	return fmt.Errorf("%w: remove %s to keep the files as they are", err, s.dir)
}

// check returns why the entry must not be followed.
func (e *entry) check(in folders, moving bool) error {
	if !filepath.IsLocal(e.Name) || !swappable(e.Name) || !filepath.IsAbs(e.Root) ||
		e.Aside != "" && (filepath.Base(e.Aside) != e.Aside || !strings.HasPrefix(e.Aside, asidePrefix)) {
		return fmt.Errorf("journal of an interrupted rewrite: %q in %q cannot be one of its files", e.Name, e.Root)
	}
	root, err := in.open(e.Root)
	if err != nil {
		return fmt.Errorf("finish an interrupted rewrite: %w", err)
	}
	for dir := e.Name; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if fi, err := root.Lstat(dir); err == nil && fi.Mode()&fs.ModeSymlink != 0 {
			return fmt.Errorf("%s became a symbolic link after an interrupted rewrite", filepath.Join(e.Root, dir))
		}
	}
	if !moving {
		return nil
	}
	now, err := e.read(in, e.Name)
	if err != nil {
		return fmt.Errorf("finish an interrupted rewrite: %w", err)
	}
	switch hash(now) {
	case e.New:
		return nil
	case e.Old:
	default:
		return fmt.Errorf("%s changed after an interrupted rewrite", e.Name)
	}
	if e.Aside == "" {
		return nil
	}
	data, err := e.read(in, e.aside())
	if err == nil && hash(data) != e.New {
		err = fmt.Errorf("the patched %s is gone, or changed after an interrupted rewrite", e.Name)
	}
	return err
}

// settle moves the new file into place, or removes what was staged.
func (e *entry) settle(in folders, moving bool) error {
	root, err := in.open(e.Root)
	if err != nil {
		return err
	}
	switch {
	case !moving && e.Aside == "":
		return nil
	case !moving:
		err = root.Remove(e.aside())
	case e.New == "":
		err = root.Remove(e.Name)
	default:
		err = root.Rename(e.aside(), e.Name)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil // done before the interruption
	}
	return err
}

// Recover brings a tree that an interrupted rewrite left behind to all-old or
// all-new.
func Recover(root string) error {
	dir, err := stateDir(root)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	s, err := lock(root)
	if err != nil {
		return err
	}
	defer s.unlock()
	return s.finish()
}

// unfinished reports whether an interrupted rewrite left a journal, and no process
// is about to finish it. It writes nothing.
func unfinished(root string) bool {
	dir, err := stateDir(root)
	if err != nil || ours(dir) != nil {
		return false
	}
	if _, err := os.Lstat(filepath.Join(dir, swapJournal)); err != nil {
		return false
	}
	f, err := os.Open(filepath.Join(dir, swapLock))
	if err != nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	defer f.Close()
	return syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) == nil
}

func hash(data []byte) string {
	if data == nil {
		return ""
	}
	h := sha256.Sum256(data)
	return hex.EncodeToString(h[:])
}

// sorted returns the keys of a map in order.
func sorted[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
