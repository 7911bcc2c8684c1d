package load

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Keys names, for each root, everything that its type-checked source is made of:
// the Go release and platform, the flags that change the set of files, the
// bytes of the files and, by their keys, the packages that it imports. Files of
// the module cache and of the Go release do not change, so those stand for
// themselves by version. A root that has no key, because a file cannot be read
// or go list reports an error, is not in the map.
func (l *Listing) Keys() map[*Listed]string {
	keys := l.keys()
	roots := map[*Listed]string{}
	for _, p := range l.Roots {
		if key, ok := keys[p]; ok {
			roots[p] = key
		}
	}
	return roots
}

// keys are those of all packages.
func (l *Listing) keys() map[*Listed]string {
	keys := map[*Listed]string{}
	for _, p := range l.All {
		if key, err := l.key(p, keys); err == nil {
			keys[p] = key
		}
	}
	return keys
}

func (l *Listing) key(p *Listed, keys map[*Listed]string) (string, error) {
	if p.Error != nil {
		return "", fmt.Errorf("%s", p.Error.Err)
	}
	h := sha256.New()
	env := l.env
	env.GOROOT, env.GOMODCACHE, env.GOCACHEPROG = "", "", "" // other machines have others
	fmt.Fprintln(h, env, l.cfg.Flags, p.ImportPath, p.Standard)
	if p.Module != nil {
		fmt.Fprintln(h, p.Module.Path, p.Module.Version, p.Module.GoVersion)
	}
	for _, path := range slices.Sorted(slices.Values(p.Imports)) {
		q := l.byID[path]
		if q == nil {
			fmt.Fprintln(h, "import", path) // C, unsafe
			continue
		}
		key, ok := keys[q]
		if !ok {
			return "", fmt.Errorf("%s has no key", path)
		}
		fmt.Fprintln(h, "import", path, key)
	}
	for _, name := range p.files {
		fmt.Fprintln(h, "file", name)
		path := filepath.Join(p.Dir, name)
		to, overlaid := l.overlay[path]
		if overlaid {
			fmt.Fprintln(h, "overlay", to)
		} else if p.Standard || strings.HasPrefix(p.Dir, l.env.GOMODCACHE+string(filepath.Separator)) {
			continue
		}
		if err := hashFile(h, l.overlay.path(path)); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// hashFile writes the length and the bytes of a file.
func hashFile(h io.Writer, name string) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	fmt.Fprintln(h, len(data))
	_, err = h.Write(data)
	return err
}
