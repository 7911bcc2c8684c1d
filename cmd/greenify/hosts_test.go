package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/version"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/greenify-go/greenify/rewrite/rules"
)

// Releases of the hosts that are built from source.
const (
	golangciLint = "github.com/golangci/golangci-lint/v2@v2.15.0"
	gopls126     = "golang.org/x/tools/gopls@v0.23.0" // the last that builds with Go 1.26
	gopls127     = "golang.org/x/tools/gopls@v0.24.0" // needs Go 1.27
	rulesGo      = "github.com/bazelbuild/rules_go@v0.65.0"
	goTools      = "golang.org/x/tools@v0.50.0"
)

// TestHosts runs one corpus, testdata/hosts, through every program that runs
// analyzers. Each must report the findings that the want comments name, at the
// same positions with the same words, and those that fix must leave the same
// files. The hosts that need minutes to build run with GREENIFY_HOSTS=1 (make
// hosts).
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
	t.Run("go tool", func(t *testing.T) {
		dir := h.corpus(t)
		h.finds(t, lines(dir, h.run(t, dir, 1, nil, "go", "tool", "greenify", "check")))
		tool := strings.TrimSpace(h.run(t, dir, 0, nil, "go", "tool", "-n", "greenify"))
		h.finds(t, plain(lines(dir, h.run(t, dir, 1, nil, "go", "vet", "-vettool="+tool, "./..."))))
		h.fix(t, dir, tool)
	})
	t.Run("standalone", func(t *testing.T) {
		dir, tool := h.corpus(t), h.driver(t, "multichecker")
		h.finds(t, lines(dir, h.run(t, dir, 3, nil, tool, "./...")))
		h.run(t, dir, 0, nil, tool, "-fix", "./...")
		h.same(t, dir, "multichecker")
	})
	t.Run("unitchecker", func(t *testing.T) { h.vet(t, h.corpus(t), h.driver(t, "unitchecker")) })

	if os.Getenv("GREENIFY_HOSTS") == "" {
		return
	}
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

// runCommand runs a command, demands its exit code and returns what it prints.
func runCommand(t *testing.T, dir string, code int, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "GOFLAGS=", "GOWORK=off", "GOTOOLCHAIN=local"), env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if got := cmd.ProcessState.ExitCode(); got != code {
		t.Fatalf("%s %q: exit code %d, want %d\n%s%s", filepath.Base(name), args, got, code, &stdout, &stderr)
	}
	return stdout.String() + stderr.String()
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

// vet runs a vet tool: one package at a time, many at once, and with JSON, which
// has the categories.
func (h *hosts) vet(t *testing.T, dir, tool string) {
	for _, p := range []string{"-p=1", "-p=8"} {
		h.finds(t, lines(dir, h.run(t, dir, 1, nil, "go", "vet", p, "-vettool="+tool, "./...")))
		dir = h.corpus(t) // other paths: nothing kept
	}
	out := h.run(t, dir, 0, nil, "go", "vet", "-json", "-vettool="+tool, "./...")
	out = regexp.MustCompile(`(?m)^#.*\n`).ReplaceAllString(out, "")
	var got []string
	for dec := json.NewDecoder(strings.NewReader(out)); dec.More(); {
		var packages map[string]map[string][]struct{ Category, Posn, Message string }
		if err := dec.Decode(&packages); err != nil {
			t.Fatalf("%v in\n%s", err, out)
		}
		for _, analyzers := range packages {
			for _, d := range analyzers["greenify"] {
				got = append(got, strings.TrimPrefix(d.Posn, dir+"/")+": "+d.Message+" ("+d.Category+")")
			}
		}
	}
	h.finds(t, got)
}

// fix runs a fix tool: first for the difference only.
func (h *hosts) fix(t *testing.T, dir, tool string) {
	before := tree(t, dir)
	diff := h.run(t, dir, 1, nil, "go", "fix", "-diff", "-fixtool="+tool, "./...")
	if !maps.Equal(before, tree(t, dir)) {
		t.Error("go fix -diff changed files")
	}
	h.run(t, dir, 0, nil, "go", "fix", "-p=8", "-fixtool="+tool, "./...")
	h.same(t, dir, "go fix")
	for name, text := range h.fixed {
		// The lines of the file, less those taken, with those added.
		count := map[string]int{}
		for line := range strings.Lines(before[name]) {
			count[line]++
		}
		_, hunks, _ := strings.Cut(diff, "+++ "+filepath.Join(dir, name)+" (new)\n")
		hunks, _, _ = strings.Cut(hunks, "--- ")
		for line := range strings.Lines(hunks) {
			switch line[0] {
			case '+':
				count[line[1:]]++
			case '-':
				count[line[1:]]--
			}
		}
		for line := range strings.Lines(text) {
			count[line]--
		}
		for line, n := range count {
			if n != 0 {
				t.Errorf("go fix -diff: %s: line %q is there %+d times too often", name, line, n)
			}
		}
	}
	if diff := h.run(t, dir, 0, nil, "go", "fix", "-diff", "-fixtool="+tool, "./..."); diff != "" {
		t.Errorf("a second go fix would change\n%s", diff)
	}
}

// driver builds a program that names the analyzer by its import path, as nogo's
// generated one does, and hands it to one of the drivers of x/tools.
func (h *hosts) driver(t *testing.T, name string) string {
	t.Helper()
	dir := t.TempDir()
	h.module(t, dir)
	write(t, filepath.Join(dir, "main.go"), `package main

import (
	analyzer1 "github.com/greenify-go/greenify/rewrite/greenify"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/`+name+`"
)

var analyzers = []*analysis.Analyzer{analyzer1.Analyzer}

func main() { `+name+`.Main(analyzers...) }
`)
	tool := filepath.Join(dir, name)
	h.run(t, dir, 0, nil, "go", "build", "-o", tool, ".")
	return tool
}

// download returns the folder of a module in the module cache.
func (h *hosts) download(t *testing.T, module string) string {
	t.Helper()
	// Outside of a module, so that no go.mod limits the version.
	var m struct{ Dir string }
	if err := json.Unmarshal([]byte(h.run(t, t.TempDir(), 0, nil, "go", "mod", "download", "-json", module)), &m); err != nil {
		t.Fatal(err)
	}
	return m.Dir
}

// source copies a module, to which a file will be added, and lets it require
// greenify.
func (h *hosts) source(t *testing.T, module string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(h.download(t, module))); err != nil {
		t.Fatal(err)
	}
	h.require(t, dir)
	return dir
}

// build builds a package of a copied module.
func (h *hosts) build(t *testing.T, dir, pkg string) string {
	t.Helper()
	tool := filepath.Join(dir, "host")
	h.run(t, dir, 0, nil, "go", "build", "-mod=mod", "-o", tool, pkg)
	return tool
}

// nogo is built from the files that rules_go builds it from, with the list of
// analyzers that it generates, and run with the arguments that it is run with.
// As it uses an internal package of x/tools it is built in there.
func (h *hosts) nogo(t *testing.T) {
	src := h.source(t, goTools)
	for _, name := range []string{"constants.go", "env.go", "flags.go", "nogo_fix.go", "nogo_goversions_go122.go", "nogo_main.go", "nogo_version.go", "nolint.go"} {
		data, err := os.ReadFile(filepath.Join(h.download(t, rulesGo), "go/tools/builders", name))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(src, "nogo", name), string(data))
	}
	write(t, filepath.Join(src, "nogo/analyzers.go"), `package main

import (
	analyzer1 "github.com/greenify-go/greenify/rewrite/greenify"
	"golang.org/x/tools/go/analysis"
)

var analyzers = []*analysis.Analyzer{analyzer1.Analyzer}

var configs = map[string]config{}

const debugMode = false
`)
	tool := h.build(t, src, "./nogo")

	dir, tmp := h.corpus(t), t.TempDir()
	cfg := filepath.Join(tmp, "importcfg")
	write(t, cfg, h.run(t, dir, 0, nil, "go", "list", "-export", "-deps", "-f", "{{with .Export}}packagefile {{$.ImportPath}}={{.}}{{end}}", "./...", "testing"))
	var got, patches []string
	const sets = `{{.Dir}} {{.ImportPath}} {{join .GoFiles " "}} {{join .TestGoFiles " "}}{{with .XTestGoFiles}}
{{$.Dir}} {{$.ImportPath}}_test {{join . " "}}{{end}}`
	for line := range strings.Lines(h.run(t, dir, 0, nil, "go", "list", "-f", sets, "./...")) {
		words := strings.Fields(line)
		if len(words) == 2 {
			continue // rules_go shows nogo no files that use cgo
		}
		args := []string{"-p", words[1], "-importcfg", cfg, "-x", filepath.Join(tmp, "facts"), "-fix_dir", tmp, "-go_version", strings.TrimPrefix(runtime.Version(), "go")}
		rel, err := filepath.Rel(dir, words[0])
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range words[2:] {
			args = append(args, filepath.Join(rel, name))
		}
		os.Remove(filepath.Join(tmp, "nogo.patch"))
		got = append(got, lines(dir, h.run(t, dir, 3, []string{"GOARCH=" + runtime.GOARCH}, tool, args...))...)
		if patch, err := os.ReadFile(filepath.Join(tmp, "nogo.patch")); err == nil {
			patches = append(patches, string(patch))
		}
	}
	compare(t, got, slices.DeleteFunc(slices.Clone(h.want), func(line string) bool { return strings.HasPrefix(line, "cgo/") }))
	if all := strings.Join(patches, ""); strings.Contains(all, "generated.go") || !strings.Contains(all, "+\tgreen.Sleep(3 * time.Second)") {
		t.Errorf("nogo's patch is\n%s", all)
	}
}

// golangci builds golangci-lint with the plugin, as golangci-lint custom does:
// by a file that imports it.
func (h *hosts) golangci(t *testing.T) {
	src := h.source(t, golangciLint)
	write(t, filepath.Join(src, "cmd/golangci-lint/plugins.go"), "package main\n\nimport _ \"github.com/greenify-go/greenify/rewrite/greenify/golangci\"\n")
	tool := h.build(t, src, "./cmd/golangci-lint")
	for _, n := range []string{"1", "8"} {
		dir := h.corpus(t)
		env := []string{"GOLANGCI_LINT_CACHE=" + t.TempDir()}
		run := []string{"run", "--concurrency=" + n, "--show-stats=false", "--output.text.print-issued-lines=false"}
		h.finds(t, lines(dir, h.run(t, dir, 1, env, tool, run...)))
		h.run(t, dir, 1, env, tool, append(run, "--fix")...)
		h.same(t, dir, "golangci-lint --fix")
	}
}

// gopls is built with the analyzer registered by one file more, the one that the
// topic hosts shows.
func (h *hosts) gopls(t *testing.T) {
	module := gopls126
	if version.Compare(runtime.Version(), "go1.27") >= 0 {
		module = gopls127
	}
	src := h.source(t, module)
	if module == gopls126 {
		// It uses internals of the x/tools that it pins, and greenify requires a later one.
		pinned := strings.TrimSpace(h.run(t, h.download(t, module), 0, nil, "go", "list", "-mod=mod", "-m", "-f", "{{.Path}}@{{.Version}}", "golang.org/x/tools"))
		h.run(t, src, 0, nil, "go", "mod", "edit", "-replace=golang.org/x/tools="+pinned)
	}
	write(t, filepath.Join(src, "internal/settings/greenify.go"), goplsFile(t, h.repo))
	tool, env := h.build(t, src, "."), []string{"GOPLSCACHE=" + t.TempDir()}

	dir := h.corpus(t)
	check := []string{"check", "-severity=hint"}
	for name := range tree(t, dir) {
		check = append(check, filepath.Join(dir, name))
	}
	h.finds(t, lines(dir, h.run(t, dir, 0, env, tool, check...)))

	// One fix, not written.
	diff := h.run(t, dir, 0, env, tool, "codeaction", "-kind=quickfix", "-title=^Replace time.Sleep", "-exec", "-diff", "lib/sleep.go:8:2")
	var changed []string
	for line := range strings.Lines(diff) {
		if line[0] == '+' && !strings.HasPrefix(line, "+++") || line[0] == '-' && !strings.HasPrefix(line, "---") {
			code, _, _ := strings.Cut(line, " //")
			changed = append(changed, strings.TrimSpace(code))
		}
	}
	want := []string{`+import green "github.com/greenify-go/greenify/runtime"`, "-\ttime.Sleep(2 * time.Second)", "+\tgreen.Sleep(2 * time.Second)"}
	if !slices.Equal(changed, want) {
		t.Errorf("the fix is\n%s", diff)
	}

	// All fixes of two files, one after the other.
	for _, name := range []string{"main.go", "lib/sleep.go"} {
		const title = "-title=^(Replace|Wrap|Defer|Register) "
		for range 20 {
			cmd := exec.Command(tool, "codeaction", "-kind=quickfix", title, "-exec", "-write", name)
			cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
			if out, err := cmd.CombinedOutput(); err != nil {
				if !strings.Contains(string(out), "no matching code action") {
					t.Fatalf("%v\n%s", err, out)
				}
				break
			}
		}
		h.run(t, dir, 0, env, tool, "format", "-write", name)
	}
	h.run(t, dir, 0, nil, "go", "build", "./...")
	for _, line := range lines(dir, h.run(t, dir, 1, nil, h.greenify, "check")) {
		if strings.HasPrefix(line, "main.go:") || strings.HasPrefix(line, "lib/sleep.go:") {
			t.Errorf("after all fixes: %s", line)
		}
	}
}

// goplsFile returns the file that greenify help hosts tells to add to gopls.
func goplsFile(t *testing.T, repo string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(repo, "cmd/greenify/topics/hosts.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, text, ok := strings.Cut(string(data), "```go\npackage settings")
	text, _, end := strings.Cut(text, "```")
	if !ok || !end {
		t.Fatal("topics/hosts.md shows no file of package settings")
	}
	return "package settings" + text
}
