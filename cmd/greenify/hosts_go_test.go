package main_test

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

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
