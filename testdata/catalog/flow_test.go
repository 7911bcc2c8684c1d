package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// TestFlow computes testdata/flow.txtar. What is named Waits does, what is named
// Never does not; needs.tsv is what waits if a value of the caller does.
func TestFlow(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/flow.txtar")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var names []string
	var want string
	for _, f := range archive.Files {
		if f.Name == "needs.tsv" {
			want = string(f.Data)
		}
		name := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(f.Data)) {
			if decl, ok := strings.CutPrefix(line, "func "); ok {
				if _, method, ok := strings.Cut(decl, ") "); ok && decl[0] == '(' {
					decl = method
				}
				names = append(names, decl[:strings.Index(decl, "(")])
			}
		}
	}
	rows, callers, _, err := compute(dir, "./...")
	if err != nil {
		t.Fatal(err)
	}
	waits := map[string]string{}
	for _, r := range rows {
		waits[r.symbol[strings.LastIndex(r.symbol, ".")+1:]] = r.String()
	}
	for _, name := range names {
		switch row := waits[name]; {
		case strings.HasPrefix(name, "Waits") && row == "":
			t.Errorf("%s: no wait is found", name)
		case strings.HasPrefix(name, "Never") && row != "":
			t.Errorf("%s", row)
		}
	}

	var got strings.Builder
	for _, r := range callers {
		fmt.Fprintln(&got, r)
	}
	if got.String() != want {
		t.Errorf("needs:\n%swant:\n%s", got.String(), want)
	}
}
