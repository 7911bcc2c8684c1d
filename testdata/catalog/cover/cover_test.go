package cover

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/greenify-go/greenify/rewrite/rules"
)

// groundTruth is what may block in the standard library of any release; make std-catalog
// computes it.
func groundTruth(t *testing.T) (all []Blocking) {
	for _, release := range rules.Releases {
		data, err := os.ReadFile(filepath.Join("../../../rewrite/rules/data", release, "std.tsv"))
		if err != nil {
			t.Fatal(err)
		}
		list, err := ReadBlocking(string(data))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, list...)
	}
	return all
}

// No line of the data is idle, and the rules that they name exist.
func TestMeansAreUsed(t *testing.T) {
	leaves, disk := offloads(rules.Leaves()), offloads(rules.Disk())
	symbols := map[string]bool{}
	for _, r := range rules.Leaves() {
		symbols[r.Symbol()] = true
	}
	used, offloaded := map[mean]bool{}, map[string]bool{}
	for _, b := range groundTruth(t) {
		for _, w := range b.Waits {
			if m, ok := treat(b.Symbol, w, leaves); ok {
				used[m] = true
				offloaded[m.rule] = true
			}
			if m, _ := treat(b.Symbol, w, disk); w.Kind == "disk" {
				offloaded[m.rule] = true
			}
		}
	}
	for _, m := range means {
		if !used[m] {
			t.Errorf("no function waits in %+v", m)
		}
		if m.rule != "" && !symbols[m.rule] {
			t.Errorf("no leaf rule %s, which %+v names", m.rule, m)
		}
		if (m.verdict == rules.Short || m.verdict == rules.Blocks) == (m.why == "") {
			t.Errorf("%+v: short and blocks need a reason, the others a rule", m)
		}
	}
	maps.Copy(leaves, disk)
	var covered []rules.Covered
	for _, release := range rules.Releases {
		covered = append(covered, rules.Coverage(release)...)
	}
	for i, s := range stays {
		if !slices.ContainsFunc(covered, func(c rules.Covered) bool { return c.Stays == s.why }) {
			t.Errorf("line %d of stays is for no function: %+v", i, s)
		}
	}
	for _, rule := range leaves {
		if !offloaded[rule] && !fallbacks[rule] {
			t.Errorf("leaf rule %s offloads nothing that may block", rule)
		}
	}
}

// fallbacks are rules for what the shortest witness does not pass through.
var fallbacks = map[string]bool{
	"os.Process.blockUntilWaitable": true, // kernels without pidfd
	"internal/poll.CopyFileRange":   true, // io.Copy may read and write instead
	"internal/poll.splicePump":      true, // likewise
}

// What is not known is not passed over.
func TestCoverUnknown(t *testing.T) {
	_, err := Cover([]Blocking{{Symbol: "os.New", Waits: []Witness{{"tape", "-> os.rewind"}}}, {Symbol: "new/pkg.F", Waits: []Witness{{"tape", ""}}}})
	if err == nil || !strings.Contains(err.Error(), "os.New: tape") || !strings.Contains(err.Error(), "new/pkg.F (no group)") || !strings.Contains(err.Error(), "os.New (no rule in source)") {
		t.Errorf("error %v", err)
	}
}

// A leaf rule below a function turns it from short to offloaded, with no line of
// data.
func TestCoverFollowsRules(t *testing.T) {
	flock := Witness{"flock", "-> syscall.flock -> [flock(2)]"}
	if m, _ := treat("syscall.Flock", flock, nil); m.verdict != rules.Short {
		t.Errorf("without a rule: %+v", m)
	}
	if m, _ := treat("syscall.Flock", flock, map[string]string{"syscall.flock": "syscall.flock"}); m.verdict != rules.Offloaded {
		t.Errorf("with a rule: %+v", m)
	}
}
