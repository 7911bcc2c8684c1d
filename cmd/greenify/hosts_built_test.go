package main_test

import (
	"encoding/json"
	"go/version"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// Releases of the hosts that are built from source.
const (
	golangciLint = "github.com/golangci/golangci-lint/v2@v2.15.0"
	gopls126     = "golang.org/x/tools/gopls@v0.23.0" // the last that builds with Go 1.26
	gopls127     = "golang.org/x/tools/gopls@v0.24.0" // needs Go 1.27
	rulesGo      = "github.com/bazelbuild/rules_go@v0.65.0"
	goTools      = "golang.org/x/tools@v0.50.0"
)

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
