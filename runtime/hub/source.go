// Package hub holds the source of the hub. Its other files belong to package
// runtime, those of its folders to other packages of the standard library:
// greenify adds them to the private toolchain, where the leaf rules of
// rewrite/rules call them. They are not built here, hence their build
// constraint, which is dropped on the way. What differs from build to build is in
// files that are generated (Config).
package hub

import (
	"bytes"
	"embed"
	"fmt"
	"go/build/constraint"
	"go/version"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/greenify-go/greenify/rewrite/explore"
	"github.com/greenify-go/greenify/runtime/setting"
)

//go:embed *.go */*.go */*/*.go */*/*/*.go */*/*/*/*.go
var embedded embed.FS

// each says which packages have a file of folder each: of these the text is the same in all.
var each = map[string][]string{
	"each/uncut.go":      {"crypto/tls", "go/token", "net/http", http2, "runtime/pprof", "runtime/trace", "syscall", "testing"},
	"each/relock.go":     {"crypto/tls", "go/token", "net/http", http2},
	"each/sim_hasher.go": {"hash/maphash", "internal/sync", "unique"},
	"each/sim_period.go": {"runtime", "testing"},
}

// http2 is a package since Go 1.27, and was a part of net/http.
const http2 = "net/http/internal/http2"

// mark is what keeps the files out of this package; a file may have more
// behind it.
const mark = "//go:build greenify_hub"

// Files returns the files to add to the standard library, by path below
// GOROOT/src.
func Files(cfg Config) (map[string][]byte, error) {
	out, err := cfg.files()
	if err != nil {
		return nil, err
	}
	for name, src := range source(cfg.Release, cfg.Sim) {
		out[name] = withNotice(src)
	}
	return out, nil
}

// notice stands behind the package clause, so that lines keep their numbers. internal/copyright
// looks for it in each file of std, and a binary is a copy of these.
const notice = " // Copyright (c) 2026 The greenify authors. MIT License."

func withNotice(src []byte) []byte {
	clause := []byte("\npackage ")
	end := 0
	if !bytes.HasPrefix(src, clause[1:]) {
		end = bytes.Index(src, clause) + 1
	}
	end += bytes.IndexByte(src[end:], '\n')
	return slices.Concat(src[:end], []byte(notice), src[end:])
}

// Packages returns the packages of the standard library of a release that get files,
// sorted.
func Packages(release string) []string {
	var list []string
	for name := range source(release, false) {
		list = append(list, path.Dir(name))
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// added is the first line of each file, unless it has a build constraint there.
const added = "// Added by greenify."

// shared returns a file that begins with its package clause as one of pkg.
func shared(src []byte, pkg string) []byte {
	_, rest, _ := bytes.Cut(src, []byte("\n"))
	return slices.Concat([]byte(added+"\n\npackage "+pkg+"\n"), rest)
}

// source returns the files that are the same in each build for a release, with or without
// the simulation.
func source(release string, sim bool) map[string][]byte {
	out := map[string][]byte{
		// Settings are read by the same code in both ways of patching.
		"runtime/greenify_table.go": shared(setting.Source, "runtime"),
	}
	if sim {
		// So are shards and results, and what a seed is, inside and outside of the program.
		out["testing/greenify_shared.go"] = shared(explore.Source, "testing")
		for _, pkg := range []string{"runtime", "testing"} {
			out[pkg+"/greenify_strategy.go"] = shared(explore.StrategySource, pkg)
		}
	}
	err := fs.WalkDir(embedded, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		src, err := embedded.ReadFile(name)
		if err != nil {
			return err
		}
		rest, ok := bytes.CutPrefix(src, []byte(mark))
		if !ok {
			return nil
		}
		// One line for one line keeps the line numbers.
		head := added
		if more, ok := bytes.CutPrefix(rest, []byte(" && !greenify_sim")); ok {
			if sim {
				return nil
			}
			rest = more
		} else if more, ok := bytes.CutPrefix(rest, []byte(" && greenify_sim")); ok {
			if !sim {
				return nil
			}
			rest = more
		}
		if more, ok := bytes.CutPrefix(rest, []byte(" && ")); ok {
			head, rest = "//go:build ", more
			line, _, _ := bytes.Cut(more, []byte("\n"))
			expr, err := constraint.Parse(head + string(line))
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if !mayBuild(expr, version.Lang(release)) {
				return nil
			}
		}
		dir, file := path.Split(name)
		if dir == "" {
			dir = "runtime/"
		}
		text := append([]byte(head), rest...)
		if dir == "each/" {
			if each[name] == nil {
				return fmt.Errorf("%s is in no package", name)
			}
			for _, pkg := range each[name] {
				if pkg != http2 || version.Compare(version.Lang(release), "go1.27") >= 0 {
					out[pkg+"/greenify_"+file] = bytes.Replace(text, []byte("\npackage each\n"), []byte("\npackage "+path.Base(pkg)+"\n"), 1)
				}
			}
			return nil
		}
		out[dir+"greenify_"+file] = text
		return nil
	})
	if err != nil {
		panic(err) // they are embedded
	}
	return out
}

// mayBuild reports whether a file can be part of a release's build: of a package that
// the release does not have, none may be there. Tags other than the releases' are the
// user's, and may be set or not.
func mayBuild(expr constraint.Expr, lang string) bool {
	for _, user := range []bool{true, false} {
		if expr.Eval(func(tag string) bool {
			if strings.HasPrefix(tag, "go1.") {
				return version.Compare(lang, tag) >= 0
			}
			return user
		}) {
			return true
		}
	}
	return false
}
