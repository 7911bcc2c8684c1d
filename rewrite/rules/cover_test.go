package rules_test

import (
	"os"
	"slices"
	"testing"

	"github.com/greenify-go/greenify/rewrite/rules"
	"github.com/greenify-go/greenify/runtime/code"
	"github.com/greenify-go/greenify/testdata/catalog/cover"
)

// Everything that may block is classified, and the table is what the rules make
// of it now. go test -update (make readme) writes it.
func TestCoverage(t *testing.T) {
	data, err := os.ReadFile("testdata/std.tsv")
	if err != nil {
		t.Fatal(err)
	}
	truth, err := cover.ReadBlocking(string(data))
	if err != nil {
		t.Fatal(err)
	}
	list, err := cover.Cover(truth)
	if err != nil {
		t.Fatal(err)
	}
	table := cover.Table(list)
	if *rules.Update {
		if err := os.WriteFile("coverage.tsv", []byte(table), 0o644); err != nil {
			t.Fatal(err)
		}
		*rules.CoverageTable = table
	}
	if *rules.CoverageTable != table {
		t.Error("coverage.tsv is not what the rules say: run make readme")
	}
	if all := rules.Totals()[len(rules.Groups)]; all.Count != len(truth) {
		t.Errorf("%d functions classified, %d may block", all.Count, len(truth))
	}
	for _, c := range rules.Coverage() {
		if !slices.Contains(rules.Groups, c.Group) || !slices.Contains(rules.Verdicts, c.Whole) || !slices.Contains(rules.Verdicts, c.Source) || c.Why == "" || (c.Source == rules.Short) != (c.Stays != "") {
			t.Errorf("incomplete: %+v", c)
		}
		if c.Whole == rules.Blocks && code.Reasons[c.Symbol] != c.Why {
			t.Errorf("%s blocks: %s; but what is found in programs has the reason %q", c.Symbol, c.Why, code.Reasons[c.Symbol])
		}
	}
}
