package insource

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
)

// A set of files is replaced whole or not at all, whenever the process is
// killed. The new files are first written to a folder beside go.mod; then a
// journal that lists them appears there, by one rename, and from then on the
// new tree is what counts: each file is moved into place, and the folder goes.
// A later run finds
//
//   - no journal: the swap did not begin; the folder is removed, the tree is old
//   - a journal: the files that are still in the folder are moved into place,
//     the tree is new
//
// What a killed process wrote the kernel keeps, so nothing is synced to disk: a
// machine that stops at the wrong moment is what version control is for. The go
// command does not look into the folder, because of its name.
const (
	swapDir     = ".greenify"
	swapJournal = "journal"
	swapLock    = "lock"
)

// An entry of the journal is one file: file N of the folder goes to Name.
type entry struct {
	Name     string // below the root
	Old, New string // hashes; "" for no file
}

// swap replaces files below root by new contents; nil removes a file, and a
// name that is new makes one.
func swap(root string, contents map[string][]byte) error {
	unlock, err := lock(root)
	if err != nil {
		return err
	}
	defer unlock()
	if err := finish(root); err != nil {
		return err
	}
	dir := filepath.Join(root, swapDir)
	var journal []entry
	for name, data := range contents {
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		old, err := read(name)
		if err != nil {
			return err
		}
		path := filepath.Join(dir, strconv.Itoa(len(journal)))
		if old == nil && data != nil {
			err = os.WriteFile(path, data, 0o666)
		} else if data != nil {
			var info fs.FileInfo
			if info, err = os.Stat(name); err == nil {
				err = write(path, data, info.Mode().Perm())
			}
		}
		if err != nil {
			return err
		}
		journal = append(journal, entry{rel, hash(old), hash(data)})
	}
	data, err := json.Marshal(journal)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, swapJournal)
	if err := write(path+".tmp", data, 0o666); err != nil {
		return err
	}
	if err := os.Rename(path+".tmp", path); err != nil {
		return err
	}
	return finish(root)
}

// Recover brings a tree that an interrupted rewrite left behind to all-old or
// all-new.
func Recover(root string) error {
	if _, err := os.Lstat(filepath.Join(root, swapDir)); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	unlock, err := lock(root)
	if err != nil {
		return err
	}
	defer unlock()
	return finish(root)
}

// finish ends a swap that has begun, and empties the folder but for the lock.
func finish(root string) error {
	dir := filepath.Join(root, swapDir)
	data, err := os.ReadFile(filepath.Join(dir, swapJournal))
	if err == nil {
		err = replay(root, data)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	// The journal goes first: without it the rest is only waste.
	if err := os.Remove(filepath.Join(dir, swapJournal)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	list, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range list {
		if e.Name() != swapLock {
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// replay moves the files of a journal into place. It changes nothing if one of
// them has been edited since.
func replay(root string, data []byte) error {
	var journal []entry
	if err := json.Unmarshal(data, &journal); err != nil {
		return fmt.Errorf("journal of an interrupted rewrite: %w: remove %s to keep the files as they are", err, filepath.Join(root, swapDir))
	}
	for _, e := range journal {
		now, err := read(filepath.Join(root, e.Name))
		if err != nil {
			return fmt.Errorf("finish an interrupted rewrite: %w", err)
		}
		if h := hash(now); h != e.Old && h != e.New {
			return fmt.Errorf("%s changed after an interrupted rewrite: remove %s to keep the files as they are", e.Name, filepath.Join(root, swapDir))
		}
	}
	for i, e := range journal {
		from, to := filepath.Join(root, swapDir, strconv.Itoa(i)), filepath.Join(root, e.Name)
		var err error
		if e.New == "" {
			err = os.Remove(to)
		} else {
			err = os.Rename(from, to)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // done before the interruption
			return err
		}
	}
	return nil
}

// lock makes the folder and takes it for this process. The kernel lets go of
// the lock when the process is killed.
func lock(root string) (unlock func(), err error) {
	dir := filepath.Join(root, swapDir)
	name := filepath.Join(dir, swapLock)
	for {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return nil, err
		}
		f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o666)
		if errors.Is(err, fs.ErrNotExist) {
			continue // the folder went away in between
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
		return func() {
			if _, err := os.Stat(filepath.Join(dir, swapJournal)); errors.Is(err, fs.ErrNotExist) {
				os.Remove(name)
				os.Remove(dir) // stays if another process is in it
			}
			f.Close()
		}, nil
	}
}

// write writes a file with exactly the mode, whatever the umask.
func write(name string, data []byte, mode fs.FileMode) error {
	return errors.Join(os.WriteFile(name, data, mode), os.Chmod(name, mode))
}

// read reads a file; nil if there is none.
func read(name string) ([]byte, error) {
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
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
	var list []string
	for k := range m {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}
