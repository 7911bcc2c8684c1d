// Package outfile writes the files that a user names for output.
package outfile

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Write writes a file whole or not at all, as far as that can be done with the file
// that is there staying what it is: a link stays a link, mode and owner stay. What is no
// regular file, has other names or belongs to somebody else is written in place.
func Write(name string, data []byte) error {
	mode := fs.FileMode(0o666) // before the umask
	path, err := filepath.EvalSymlinks(name)
	switch {
	case err == nil:
		fi, err := os.Stat(path)
		if err != nil {
			return err
		}
		st := fi.Sys().(*syscall.Stat_t)
		if !fi.Mode().IsRegular() || st.Nlink > 1 || int(st.Uid) != os.Geteuid() || int(st.Gid) != os.Getegid() || fi.Mode()&0o200 == 0 {
			return os.WriteFile(name, data, mode)
		}
		mode = fi.Mode().Perm()
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Lstat(name); err == nil { // a link to a file that is to be made
			return os.WriteFile(name, data, mode)
		}
		path = name
	default:
		return err
	}
	_, missing := os.Lstat(path)
	first := mode
	if missing == nil {
		first &= 0o600 // until it has the mode of the old one, whatever the umask
	}
	f, err := NewAside(path, first)
	if err != nil {
		if missing == nil && errors.Is(err, fs.ErrPermission) {
			return os.WriteFile(name, data, mode) // the folder cannot be written, the file perhaps
		}
		return err
	}
	defer f.End()
	if missing == nil {
		err = f.Chmod(mode)
	}
	if err == nil {
		_, err = f.Write(data)
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return f.Replace()
}

// An Aside is a file that is to take the place of another one, in whose folder it is. Its name is
// made of the other's, and this process has a lock of it: what a killed process has left goes
// when the same file is written again.
type Aside struct {
	*os.File
	path string   // of the file that it is to replace
	lock *os.File // read-only: a program cannot be run while it is open to be written
}

// NewAside makes a file that is to replace the one of that path.
func NewAside(path string, mode fs.FileMode) (*Aside, error) {
	hash := sha256.Sum256([]byte(filepath.Base(path)))
	name := filepath.Join(filepath.Dir(path), fmt.Sprintf(".greenify-%x", hash[:8]))
	for {
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if errors.Is(err, fs.ErrExist) {
			if err := removeLeft(name); err != nil {
				return nil, err
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		lock, err := os.Open(name)
		if errors.Is(err, fs.ErrNotExist) { // somebody took it for a left one
			f.Close()
			continue
		}
		a := &Aside{f, path, lock}
		if err == nil {
			syscall.Flock(int(lock.Fd()), syscall.LOCK_EX) // a file system without locks has one writer
			if !isThere(f, name) {                         // nor is the one that was locked, perhaps
				f.Close()
				lock.Close()
				continue
			}
			return a, nil
		}
		f.Close()
		a.End()
		return nil, err
	}
}

// removeLeft removes a file that a killed process has left. If a process has it that runs, it
// waits for that.
func removeLeft(name string) error {
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%w: remove it", err)
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		return err
	}
	if !fi.Mode().IsRegular() || int(fi.Sys().(*syscall.Stat_t).Uid) != os.Geteuid() {
		return fmt.Errorf("%s is where greenify writes before it renames, and not a file of yours: remove it", name)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err == nil && !isThere(f, name) {
		return nil
	}
	return os.Remove(name)
}

// isThere reports whether an open file has a name.
func isThere(f *os.File, name string) bool {
	have, err1 := f.Stat()
	now, err2 := os.Lstat(name)
	return err1 == nil && err2 == nil && os.SameFile(have, now)
}

// Replace puts the file in its place. It has been closed.
func (a *Aside) Replace() error {
	err := os.Rename(a.Name(), a.path)
	if err == nil {
		a.path = ""
	}
	return err
}

// End removes the file if it has not replaced the other one.
func (a *Aside) End() {
	if a.path != "" {
		os.Remove(a.Name())
	}
	if a.lock != nil {
		a.lock.Close()
	}
}
