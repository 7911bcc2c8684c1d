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
		return &Dir{path, lock}, nil // without one if the file system has none: nobody sweeps there
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
		if !e.IsDir() || !strings.HasPrefix(e.Name(), prefix) {
			continue
		}
		if left, err := take(filepath.Join(parent, e.Name())); err == nil {
			os.RemoveAll(left.Name())
			left.Close()
		}
	}
}
