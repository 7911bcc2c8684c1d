package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/greenify-go/greenify/rewrite/rules"
)

// Each form is found, and what is like it but for one thing is not.
func TestForms(t *testing.T) {
	if testing.Short() {
		t.Skip("loads package net")
	}
	a, err := txtar.ParseFile("testdata/killed.txtar")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, f := range a.Files {
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	_, _, list, err := compute(dir, "./...")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, k := range list {
		if k.pkg == "killed" {
			_, name, _ := strings.Cut("."+k.symbol, ".")
			got = append(got, k.form+" "+name[strings.LastIndex(name, ".")+1:])
		}
	}
	want := []string{"close CloseBehind", "close CloseIfError", "count CountBack", "deferred DeferredAsks", "deferred DeferredPasses", "lock LockPlain"}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
}

// Every function of a form has a verdict and a reason, and what is said to be shielded by
// a rule of its own has one.
func TestVerdicts(t *testing.T) {
	for _, release := range rules.Releases {
		verdicts, err := os.ReadFile(filepath.Join("../../rewrite/rules/data", release, "killed.tsv"))
		if err != nil {
			t.Fatal(err)
		}
		t.Run(release, func(t *testing.T) { testVerdicts(t, release, string(verdicts)) })
	}
}

func testVerdicts(t *testing.T, release, verdicts string) {
	own := regexp.MustCompile(`^(\w+(?:\.\w+)?)(?:[:;].*)?$`)
	for line := range strings.Lines(verdicts) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if f[0] == "package" {
			continue
		}
		if len(f) != 6 || f[5] == "" {
			t.Errorf("%q is not package, symbol, form, what is held, verdict, why", line)
			continue
		}
		switch f[4] {
		case "goroutine", "harmless", "own":
		case "shielded":
			m := own.FindStringSubmatch(f[5])
			if strings.HasPrefix(f[5], "by ") {
				continue // its callers
			}
			if m == nil || !slices.ContainsFunc(rules.Leaves(), func(r rules.Leaf) bool {
				return r.In(release) && strings.HasPrefix(r.File, f[0]+"/") && r.Decl == m[1]
			}) {
				t.Errorf("%s.%s: there is no rule for %s", f[0], f[1], f[5])
			}
		default:
			t.Errorf("%s.%s: no verdict %q", f[0], f[1], f[4])
		}
	}
}
