package rules

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
)

// Every rule says what it patches, how often and why.
func TestTable(t *testing.T) {
	groups := strings.Fields("os select socket thread time process signal dns db builtins")
	known := map[string]bool{}
	for _, g := range groups {
		known[g] = true
	}
	for _, r := range Rows() {
		if !known[r.Group] || r.Symbol == "" || r.Why == "" {
			t.Errorf("incomplete rule %+v", r)
		}
	}
	for _, r := range Leaves() {
		if r.Sites < 1 {
			t.Errorf("%s: no sites", r.Decl)
		}
	}
	seen := map[string]bool{}
	for _, c := range Calls() {
		key := c.Symbol() + " " + c.Act.String()
		if seen[key] {
			t.Errorf("two rules for %s", key)
		}
		seen[key] = true
	}
}

var update = flag.Bool("update", false, "write the table into README.md")

// The README has the table as it is now; go test ./rewrite/rules -update (make
// readme) writes it.
func TestReadme(t *testing.T) {
	const name = "../../README.md"
	const begin, end = "<!-- begin rules -->\n", "<!-- end rules -->\n"
	readme, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok1 := strings.Cut(string(readme), begin)
	old, tail, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		t.Fatalf("%s has no table between %q and %q", name, begin, end)
	}
	var table bytes.Buffer
	if err := PrintMarkdown(&table); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(name, []byte(head+begin+table.String()+end+tail), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if old != table.String() {
		t.Errorf("the table of rules in %s is not up to date: run make readme", name)
	}
}

func TestExplain(t *testing.T) {
	for _, name := range []string{"time.Sleep", "sync.Mutex.Lock", "sync.(*Mutex).Lock", "http.Client.Do", "(*net/http.Client).Do"} {
		if len(Explain(name)) == 0 {
			t.Errorf("no rule for %s", name)
		}
	}
	if rows := Explain("Sleep"); len(rows) != 0 {
		t.Errorf("half a name is explained: %v", rows)
	}
}

func TestPrint(t *testing.T) {
	var text, js bytes.Buffer
	if err := Print(&text); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(text.String(), "\n"); n != len(Rows())+1 {
		t.Errorf("%d lines for %d rules", n, len(Rows()))
	}
	if err := PrintJSON(&js); err != nil {
		t.Fatal(err)
	}
	var back []Row
	if err := json.Unmarshal(js.Bytes(), &back); err != nil || len(back) != len(Rows()) {
		t.Errorf("%d rules from JSON, error %v", len(back), err)
	}
}
