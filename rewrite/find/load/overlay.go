package load

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// An overlay is what the flag -overlay of the go command names: files that stand for
// others, by absolute names; "" stands for a file that is not there
// (cmd/go/internal/fsys, Init). What go list names is then read from it.
type overlay map[string]string

// readOverlay reads the overlay of the last -overlay flag. Relative names are relative
// to dir, where the go command runs.
func readOverlay(dir string, flags []string) (overlay, error) {
	name := ""
	for _, flag := range flags {
		if v, ok := strings.CutPrefix("-"+strings.TrimLeft(flag, "-"), "-overlay="); ok {
			name = v
		}
	}
	if name == "" {
		return nil, nil
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	abs := func(name string) string {
		if name == "" || filepath.IsAbs(name) {
			return name
		}
		return filepath.Join(dir, name)
	}
	data, err := os.ReadFile(abs(name))
	if err != nil {
		return nil, fmt.Errorf("reading overlay: %w", err)
	}
	var file struct{ Replace map[string]string }
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("parsing overlay JSON: %w", err)
	}
	o := overlay{}
	for from, to := range file.Replace {
		o[filepath.Clean(abs(from))] = abs(to)
	}
	return o, nil
}

// path is where the bytes of a file are.
func (o overlay) path(name string) string {
	if to := o[name]; to != "" {
		return to
	}
	return name
}

// read reads a file as the go command sees it.
func (o overlay) read(name string) ([]byte, error) {
	if to, ok := o[name]; ok && to == "" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return os.ReadFile(o.path(name))
}

// Replaced returns the file that stands for another, "" if none does.
func (l *Listing) Replaced(name string) string { return l.overlay[name] }

// Overlay is the whole of it.
func (l *Listing) Overlay() map[string]string { return l.overlay }

// Overlaid names the Go files of a folder that the overlay replaces, adds or removes.
func (l *Listing) Overlaid(dir string) []string {
	var list []string
	for name := range l.overlay {
		if filepath.Dir(name) == dir && strings.HasSuffix(name, ".go") {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

// SplitFlags splits GOFLAGS as the go command does: at blanks, but for words in quotes
// (cmd/internal/quoted, Split).
func SplitFlags(goflags string) []string {
	var list []string
	for s := strings.TrimLeft(goflags, " \t\r\n"); s != ""; s = strings.TrimLeft(s, " \t\r\n") {
		end := " \t\r\n"
		if s[0] == '\'' || s[0] == '"' {
			end, s = s[:1], s[1:]
		}
		word := s
		if i := strings.IndexAny(s, end); i >= 0 {
			word, s = s[:i], s[i+1:]
		} else {
			s = ""
		}
		list = append(list, word)
	}
	return list
}
