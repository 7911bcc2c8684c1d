package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/greenify-go/greenify/rewrite/rules"
)

var update = flag.Bool("update", false, "write the tables into the topic coverage of greenify help")

// The topic coverage of greenify help, to which the README links, has the tables as
// they are now; go test ./cmd/greenify -run TestReadme -update (make readme) writes them.
func TestReadme(t *testing.T) {
	const name = "topics/coverage.md"
	readme, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	text := string(readme)
	for _, table := range []struct {
		name, text string
	}{
		{"rules", rulesMarkdown()},
		{"coverage", coverageMarkdown(rules.Releases[len(rules.Releases)-1])},
	} {
		begin, end := "<!-- begin "+table.name+" -->\n", "<!-- end "+table.name+" -->\n"
		head, rest, ok1 := strings.Cut(text, begin)
		_, tail, ok2 := strings.Cut(rest, end)
		if !ok1 || !ok2 {
			t.Fatalf("%s has no table between %q and %q", name, begin, end)
		}
		text = head + begin + table.text + end + tail
	}
	if *update {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if text != string(readme) {
		t.Errorf("the tables in %s are not up to date: run make readme", name)
	}
}

// The tables of greenify rules have every rule and every function.
func TestRules(t *testing.T) {
	printed := func(args ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		e := env{stdout: &out, stderr: &errs, environ: os.Environ()}
		if code := e.run(append([]string{"rules"}, args...)); code != 0 {
			t.Fatalf("%s: exit code %d\n%s", args, code, &errs)
		}
		return out.String()
	}
	if n := strings.Count(printed(), "\n"); n != len(rules.Rows())+1 {
		t.Errorf("%d lines for %d rules", n, len(rules.Rows()))
	}
	var rows []rules.Row
	if err := json.Unmarshal([]byte(printed("-json")), &rows); err != nil || len(rows) != len(rules.Rows()) {
		t.Errorf("%d rules from JSON, error %v", len(rows), err)
	}
	text := printed("-coverage")
	for _, want := range []string{"\nall ", "\nblocks: syscall.RawSyscall: "} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	var table struct {
		Release   string
		Totals    []rules.Total
		Functions []rules.Covered
	}
	if err := json.Unmarshal([]byte(printed("-coverage", "-json")), &table); err != nil || len(table.Functions) != len(rules.Coverage(table.Release)) || len(table.Totals) != len(rules.Groups)+1 {
		t.Errorf("JSON: %d functions, %d totals, %v", len(table.Functions), len(table.Totals), err)
	}
}

// The front page and a topic say about how many edits a whole-program build makes.
func TestEdits(t *testing.T) {
	for _, page := range []string{"../../README.md", "topics/inside.md"} {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		said := regexp.MustCompile(`some (\d+) small edits`).FindSubmatch(text)
		if said == nil {
			t.Fatalf("%s does not say it", page)
		}
		about, _ := strconv.Atoi(string(said[1]))
		for _, release := range rules.Releases {
			edits := 0
			for _, r := range rules.Selected(rules.Groups) {
				if r.In(release) {
					edits += r.Sites
				}
			}
			if edits < about*19/20 || edits > about*21/20 {
				t.Errorf("%s says some %d, and for %s there are %d", page, about, release, edits)
			}
		}
	}
}
