package rules

import (
	"slices"
	"strings"
	"testing"
)

// Every rule says what it patches, how often and why.
func TestTable(t *testing.T) {
	for _, r := range Rows() {
		if !slices.Contains(Groups, r.Group) || r.Symbol == "" || r.Why == "" {
			t.Errorf("incomplete rule %+v", r)
		}
	}
	for _, reach := range reaches() {
		for _, r := range reach.leaves {
			if r.Sites < 1 {
				t.Errorf("%s: no sites", r.Decl)
			}
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

func TestExplain(t *testing.T) {
	for _, name := range []string{"time.Sleep", "sync.Mutex.Lock", "sync.(*Mutex).Lock", "http.Client.Do", "(*net/http.Client).Do", "Mutex.Lock", "(*Client).Do"} {
		if len(Explain(name)) == 0 {
			t.Errorf("no rule for %s", name)
		}
	}
	if rows := Explain("Sleep"); len(rows) != 0 {
		t.Errorf("half a name is explained: %v", rows)
	}
}

// What a statement is said to be done by is a rule.
func TestStatements(t *testing.T) {
	for _, s := range statements {
		if s.By != "" && len(Explain(s.By)) == 0 {
			t.Errorf("%s is done by %s, which is no rule", s.Name, s.By)
		}
		if (s.Group == "") != (s.Into == "") || s.Group != "" && !slices.Contains(Groups, s.Group) {
			t.Errorf("%s is of group %q and becomes %q", s.Name, s.Group, s.Into)
		}
		if list := Statements(strings.ToUpper(s.Name)); len(list) != 1 || list[0].Name != s.Name {
			t.Errorf("%s is explained as %v", s.Name, list)
		}
	}
	if list := Statements("sync.Mutex.Lock"); list != nil {
		t.Errorf("a symbol is a statement: %v", list)
	}
}

// Whatever a build may apply is a row of the table, and changes its version: rules for
// flags too.
func TestEveryRule(t *testing.T) {
	rows := map[string]bool{}
	for _, r := range Rows() {
		rows[r.Group+" "+r.Symbol+" "+r.Why] = true
	}
	for _, list := range [][]Leaf{Selected(Groups), Selected([]string{"os"}), Selected([]string{"socket"}), Disk(), Locks(), Sim()} {
		for _, r := range list {
			if !rows[r.Group+" "+r.Symbol()+" "+r.Why] {
				t.Errorf("%s is in no row of the table: %s", r.Symbol(), r.Why)
			}
		}
	}
	for _, table := range [][]Leaf{thread, chance, shield, process, signal, dns, db, disk, locks} {
		if len(table) == 0 {
			continue
		}
		before, why := Version(), table[0].Why
		table[0].Why += "?"
		if Version() == before {
			t.Errorf("the version does not depend on the rule of %s", table[0].Symbol())
		}
		table[0].Why = why
	}
}
