package rules_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/greenify-go/greenify/rewrite/rules"
	"github.com/greenify-go/greenify/runtime/code"
	"github.com/greenify-go/greenify/testdata/catalog/cover"
)

var update = flag.Bool("update", false, "write the ground truth of coverage")

// Everything that may block is classified, and the table is what the rules make
// of it now. go test -update (make readme) writes it.
func TestCoverage(t *testing.T) {
	for _, release := range rules.Releases {
		t.Run(release, func(t *testing.T) { testCoverage(t, release) })
	}
}

func testCoverage(t *testing.T, release string) {
	data, err := os.ReadFile(filepath.Join("data", release, "std.tsv"))
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
	name := filepath.Join("data", release, "coverage.tsv")
	if *update {
		if err := os.WriteFile(name, []byte(table), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	was, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if string(was) != table {
		t.Errorf("%s is not what the rules say: run make readme", name)
	}
	if len(list) != len(truth) {
		t.Errorf("%d functions classified, %d may block", len(list), len(truth))
	}
	for _, c := range list {
		if !slices.Contains(rules.Groups, c.Group) || !slices.Contains(rules.Verdicts, c.Whole) || !slices.Contains(rules.Verdicts, c.Source) || c.Why == "" || (c.Source == rules.Short) != (c.Stays != "") {
			t.Errorf("incomplete: %+v", c)
		}
		if c.Whole == rules.Blocks && code.Reasons[c.Symbol] != c.Why {
			t.Errorf("%s blocks: %s; but what is found in programs has the reason %q", c.Symbol, c.Why, code.Reasons[c.Symbol])
		}
	}
}
