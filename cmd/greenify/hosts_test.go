package main_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/greenify-go/greenify/rewrite/rules"
)

// TestHosts runs one corpus, testdata/hosts, through every program that runs
// analyzers. Each must report the findings that the want comments name, at the
// same positions with the same words, and those that fix must leave the same
// files. Some run only with GREENIFY_HOSTS=1 (make hosts): those that
// need minutes to build, and others that look at the whole standard library once more.
func TestHosts(t *testing.T) {
	h := &hosts{repo: "../..", greenify: filepath.Join(t.TempDir(), "greenify")}
	var err error
	if h.repo, err = filepath.Abs(h.repo); err != nil {
		t.Fatal(err)
	}
	h.run(t, ".", 0, nil, "go", "build", "-o", h.greenify, ".")
	h.want = h.wanted(t)

	t.Run("check -fix", func(t *testing.T) {
		dir := h.corpus(t)
		before := tree(t, dir)
		left := lines(dir, h.run(t, dir, 1, nil, h.greenify, "check", "-fix"))
		h.fixed = tree(t, dir)
		h.run(t, dir, 0, nil, "go", "build", "./...")
		for _, name := range []string{"lib/generated.go", "skips/ignored.go", "patched/patched.go", "native/native.go"} {
			if h.fixed[name] != before[name] {
				t.Errorf("%s was changed", name)
			}
		}
		for _, name := range []string{"main.go", "lib/lib.go", "lib/sleep.go", "lib/turns.go", "lib/none.go", "lib/lib_test.go", "lib/work_test.go", "mixed/a.go", "mixed/b.go", "skips/skips.go"} {
			if h.fixed[name] == before[name] {
				t.Errorf("%s was not changed", name)
			}
		}
		for _, line := range left {
			kind := category.FindString(line)
			if !strings.HasPrefix(line, "lib/generated.go:") && !slices.Contains([]string{" (held)", " (left)", " (cgo)", " (pinned)", " (skip)"}, kind) {
				t.Errorf("%s remains", line)
			}
		}
		h.run(t, dir, 1, nil, h.greenify, "check", "-fix")
		h.same(t, dir, "a second run changes")
	})
	if t.Failed() {
		return
	}

	t.Run("check -json", func(t *testing.T) {
		dir := h.corpus(t)
		var found []struct {
			File, Category, Message string
			Line, Column            int
		}
		if err := json.Unmarshal([]byte(h.run(t, dir, 1, nil, h.greenify, "check", "-json")), &found); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range found {
			got = append(got, fmt.Sprintf("%s:%d:%d: %s (%s)", f.File, f.Line, f.Column, f.Message, f.Category))
		}
		h.finds(t, got)
	})
	t.Run("go vet", func(t *testing.T) { h.vet(t, h.corpus(t), h.greenify) })
	t.Run("go fix", func(t *testing.T) { h.fix(t, h.corpus(t), h.greenify) })
	t.Run("standalone", func(t *testing.T) {
		dir, tool := h.corpus(t), h.driver(t, "multichecker")
		h.finds(t, lines(dir, h.run(t, dir, 3, nil, tool, "./...")))
		h.run(t, dir, 0, nil, tool, "-fix", "./...")
		h.same(t, dir, "multichecker")
	})
	if os.Getenv("GREENIFY_HOSTS") == "" {
		return
	}
	t.Run("go tool", func(t *testing.T) {
		dir := h.corpus(t)
		h.finds(t, lines(dir, h.run(t, dir, 1, nil, "go", "tool", "greenify", "check")))
		tool := strings.TrimSpace(h.run(t, dir, 0, nil, "go", "tool", "-n", "greenify"))
		h.finds(t, plain(lines(dir, h.run(t, dir, 1, nil, "go", "vet", "-vettool="+tool, "./..."))))
		h.fix(t, dir, tool)
	})
	t.Run("unitchecker", func(t *testing.T) { h.vet(t, h.corpus(t), h.driver(t, "unitchecker")) })
	t.Run("nogo", h.nogo)
	t.Run("golangci-lint", h.golangci)
	t.Run("gopls", h.gopls)
}

type hosts struct {
	repo, greenify string
	want           []string          // findings, with categories
	fixed          map[string]string // the files after the fixes
}

// corpus copies testdata/hosts and makes it a module that requires this one.
func (h *hosts) corpus(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(h.repo, "testdata/hosts"))); err != nil {
		t.Fatal(err)
	}
	for name, text := range tree(t, dir) {
		write(t, filepath.Join(dir, name), strings.ReplaceAll(text, `"VERSION"`, `"`+rules.CallVersion()+`"`))
	}
	h.module(t, dir)
	const sqlite = "github.com/mattn/go-sqlite3"
	h.run(t, dir, 0, nil, "go", "mod", "edit", "-require="+sqlite+"@v0.0.0", "-replace="+sqlite+"=./go-sqlite3", "-tool=github.com/greenify-go/greenify/cmd/greenify")
	return dir
}

// module makes dir a module that requires this one and, at the same versions,
// what this one requires.
func (h *hosts) module(t *testing.T, dir string) {
	t.Helper()
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join(h.repo, name))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, name), string(data))
	}
	h.run(t, dir, 0, nil, "go", "mod", "edit", "-module=example.com/hosts")
	h.require(t, dir)
}

func (h *hosts) require(t *testing.T, dir string) {
	t.Helper()
	const greenify = "github.com/greenify-go/greenify"
	h.run(t, dir, 0, nil, "go", "mod", "edit", "-require="+greenify+"@v0.0.0", "-replace="+greenify+"="+h.repo)
}

func (h *hosts) run(t *testing.T, dir string, code int, env []string, name string, args ...string) string {
	t.Helper()
	return runCommand(t, dir, code, env, name, args...)
}

var diagnosticLine = regexp.MustCompile(`(?m)^(\S+\.go:\d+:\d+)(?:-\d+(?::\d+)?)?: (.*?)(?: \(greenify\))?$`)

// lines returns the diagnostics of some output, with file names relative to dir.
func lines(dir, out string) []string {
	var list []string
	for _, m := range diagnosticLine.FindAllStringSubmatch(out, -1) {
		list = append(list, strings.TrimPrefix(m[1], dir+string(filepath.Separator))+": "+m[2])
	}
	return list
}

var category = regexp.MustCompile(` \((\w+)\)$`)

// plain drops the categories, which some hosts do not show.
func plain(list []string) []string {
	var out []string
	for _, line := range list {
		out = append(out, category.ReplaceAllString(line, ""))
	}
	return out
}

// finds compares the findings of a host with those of the corpus.
func (h *hosts) finds(t *testing.T, got []string) {
	t.Helper()
	compare(t, got, h.want)
}

// compare compares findings; without the categories if the host shows none.
func compare(t *testing.T, got, want []string) {
	t.Helper()
	if len(got) > 0 && !category.MatchString(got[0]) {
		want = plain(want)
	}
	got, want = slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))
	for _, line := range got {
		if !slices.Contains(want, line) {
			t.Errorf("not wanted: %s", line)
		}
	}
	for _, line := range want {
		if !slices.Contains(got, line) {
			t.Errorf("not found: %s", line)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d findings, want %d", len(got), len(want))
	}
}

// wanted returns the findings of greenify check, after holding them against the
// want comments: each line has as many as it names, and they match.
func (h *hosts) wanted(t *testing.T) []string {
	dir := h.corpus(t)
	found := lines(dir, h.run(t, dir, 1, nil, h.greenify, "check"))
	unmatched := slices.Clone(found)
	for name, text := range tree(t, dir) {
		for i, line := range strings.Split(text, "\n") {
			_, comment, ok := strings.Cut(line, "// want ")
			if !ok {
				_, comment, ok = strings.Cut(line, "/* want ")
			}
			if !ok {
				continue
			}
			for _, re := range regexp.MustCompile("`[^`]*`").FindAllString(comment, -1) {
				re = strings.Trim(re, "`")
				at := regexp.MustCompile("^" + regexp.QuoteMeta(fmt.Sprintf("%s:%d:", name, i+1)) + `\d+: .*` + re)
				if j := slices.IndexFunc(unmatched, at.MatchString); j >= 0 {
					unmatched = slices.Delete(unmatched, j, j+1)
				} else {
					t.Errorf("%s:%d: no finding matches %s", name, i+1, re)
				}
			}
		}
	}
	for _, line := range unmatched {
		t.Errorf("no want comment for %s", line)
	}
	return found
}

// tree returns the Go files below dir by their names relative to it.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(name) != ".go" {
			return err
		}
		data, err := os.ReadFile(name)
		rel, _ := filepath.Rel(dir, name)
		files[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// same compares the files with those that check -fix left.
func (h *hosts) same(t *testing.T, dir, who string) {
	t.Helper()
	got := tree(t, dir)
	for _, name := range slices.Sorted(maps.Keys(h.fixed)) {
		if got[name] != h.fixed[name] {
			t.Errorf("%s: %s is\n%s\nwant\n%s", who, name, got[name], h.fixed[name])
		}
	}
}
