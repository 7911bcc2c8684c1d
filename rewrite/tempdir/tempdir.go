// Package tempdir makes folders for temporary files, which go when their process ends, by
// SIGKILL, too: then the next one that makes such a folder removes them.
package tempdir

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// A Dir is a folder of this process: it has the lock of it, of which the kernel lets go when
// the process ends.
type Dir struct {
	Path string
	lock *os.File
}

// mark is the file by which a folder is known as one of these: a folder of the user's may have a name
// that begins alike.
const mark = ".greenify-temporary"

// Make makes a folder in parent ("": where temporary files go) whose name begins with prefix, and
// removes those that processes of this user have left there.
func Make(parent, prefix string) (*Dir, error) {
	if parent == "" {
		parent = os.TempDir()
	}
	sweep(parent, prefix)
	for {
		path, err := os.MkdirTemp(parent, prefix)
		if err != nil {
			return nil, err
		}
		lock, err := take(path)
		if errors.Is(err, syscall.EWOULDBLOCK) || errors.Is(err, fs.ErrNotExist) {
			continue // somebody sweeps it, before it has a lock
		}
		d := &Dir{path, lock} // without one if the file system has none: nobody sweeps there
		if err := os.WriteFile(filepath.Join(path, mark), nil, 0o600); err != nil {
			d.Remove()
			return nil, err
		}
		return d, nil
	}
}

// Remove removes the folder with all that is in it.
func (d *Dir) Remove() error {
	err := os.RemoveAll(d.Path)
	if d.lock != nil {
		d.lock.Close()
	}
	return err
}

// take takes the lock of a folder of this user.
func take(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_DIRECTORY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return nil, err
	}
	have, err := f.Stat()
	if err == nil && int(have.Sys().(*syscall.Stat_t).Uid) != os.Geteuid() {
		err = fs.ErrPermission
	}
	if err == nil {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	}
	if err == nil {
		var now fs.FileInfo
		if now, err = os.Lstat(path); err == nil && !os.SameFile(have, now) {
			err = fs.ErrNotExist
		}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// sweep removes folders whose processes have ended.
func sweep(parent, prefix string) {
	entries, _ := os.ReadDir(parent)
	for _, e := range entries {
		number, ok := strings.CutPrefix(e.Name(), prefix)
		if path := filepath.Join(parent, e.Name()); ok && e.IsDir() && strings.Trim(number, "0123456789") == "" && marked(path) {
			if left, err := take(path); err == nil {
				os.RemoveAll(path)
				left.Close()
			}
		}
	}
}

func marked(path string) bool {
	fi, err := os.Lstat(filepath.Join(path, mark))
	return err == nil && fi.Mode().IsRegular()
}
