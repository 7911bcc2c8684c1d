package toolchain

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/greenify-go/greenify/rewrite/tempdir"
)

// sdkEnv goes to the end of the SDK's go.env, whose last line of a name counts. Without the first
// setting a go.mod could have the go command build with another release, which is not patched.
const sdkEnv = `
# Written by greenify: another release would not be patched, and package green asks for the tag.
GOTOOLCHAIN=local
GOFLAGS=-tags=greenify
`

// notInSDK are the folders of a release that no build reads. One of them has names of files that
// are not ASCII, which some builds cannot have.
var notInSDK = []string{"api", "doc", "test"}

// WriteSDK writes the toolchain to a folder that is there, and empty, or is not there: whole or
// not at all. What it writes is a GOROOT that needs neither the release nor greenify's cache.
func (tc *Toolchain) WriteSDK(dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if err := CheckSDK(dir); err != nil {
		return err
	}
	tmp, err := tempdir.Make(filepath.Dir(dir), ".greenify-sdk-")
	if err != nil {
		return err
	}
	defer tmp.Remove()
	root := filepath.Join(tmp.Path, "sdk")
	if err := copyTree(tc.GOROOT, root, notInSDK); err != nil {
		return err
	}
	env := filepath.Join(root, "go.env")
	text, err := os.ReadFile(env)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := writeFile(env, append(bytes.TrimRight(text, "\n"), "\n"+sdkEnv...)); err != nil {
		return err
	}
	// An empty folder gives way, which os.Rename does not let it.
	if err := unix.Rename(root, dir); err != nil {
		return &os.LinkError{Op: "rename", Old: root, New: dir, Err: err}
	}
	return nil
}

// CheckSDK refuses a folder to which WriteSDK would not write.
func CheckSDK(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Stat(filepath.Dir(filepath.Clean(dir))); err != nil {
			return fmt.Errorf("no folder for the SDK: %w: make it first", err)
		}
		return nil
	case errors.Is(err, unix.ENOTDIR):
		return fmt.Errorf("%q is no folder: name one for the SDK", dir)
	case err != nil:
		return err
	case len(entries) > 0:
		return fmt.Errorf("folder %q is not empty: name another one, or remove it first", dir)
	}
	return nil
}

// copyTree copies a folder, but for what is not wanted of it. Links become what they lead to.
func copyTree(src, dst string, without []string) error {
	entries, err := os.ReadDir(src)
	if err != nil {
		return err
	}
	if err := os.Mkdir(dst, 0o755); err != nil {
		return err
	}
	for _, e := range entries {
		if slices.Contains(without, e.Name()) {
			continue
		}
		from, to := filepath.Join(src, e.Name()), filepath.Join(dst, e.Name())
		fi, err := os.Stat(from)
		if err == nil && fi.IsDir() {
			err = copyTree(from, to, nil)
		} else if err == nil {
			err = copyFile(from, to)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
