// Package outfile writes the files that a user names for output.
package outfile

import (
	"errors"
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
	f, err := os.CreateTemp(filepath.Dir(path), ".greenify-*")
	if err != nil {
		if _, e := os.Stat(path); e == nil {
			return os.WriteFile(name, data, mode) // the folder cannot be written, the file perhaps
		}
		return err
	}
	defer os.Remove(f.Name())
	if _, e := os.Lstat(path); e != nil {
		// CreateTemp makes files private; this one is as any new file is.
		os.Remove(f.Name())
		f.Close()
		if f, err = os.OpenFile(f.Name(), os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode); err != nil {
			return err
		}
	} else if err := f.Chmod(mode); err != nil {
		f.Close()
		return err
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
