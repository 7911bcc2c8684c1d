package main

import (
	"encoding/json"
	"testing"

	"github.com/greenify-go/greenify/rewrite/insource"
)

// Each finding is a result that code scanning reads: rule, message, file, line, column
// and a fingerprint that does not change with the line.
func TestSARIF(t *testing.T) {
	found := []insource.Finding{
		{File: "main.go", Line: 12, Column: 2, Package: "example.com/app", Func: "main", Category: "yield", Symbol: "time.Sleep", Message: "holds the hub"},
		{File: "lib/a.go", Line: 3, Category: "register", Symbol: "package", Message: "not registered"},
		{File: "lib/b.go", Line: 4, Column: 1, Category: "yield", Symbol: "send", Message: "holds the hub"},
	}
	data, err := json.Marshal(sarif(found))
	if err != nil {
		t.Fatal(err)
	}
	var log struct {
		Schema  string `json:"$schema"`
		Version string
		Runs    []struct {
			Tool struct {
				Driver struct {
					Name  string
					Rules []struct{ ID string }
				}
			}
			Results []struct {
				RuleID, Level       string
				Message             struct{ Text string }
				PartialFingerprints map[string]string
				Locations           []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine, StartColumn int }
					}
				}
			}
		}
	}
	if err := json.Unmarshal(data, &log); err != nil {
		t.Fatal(err)
	}
	if log.Version != "2.1.0" || log.Schema == "" || len(log.Runs) != 1 {
		t.Fatalf("not a log of one run: %s", data)
	}
	run := log.Runs[0]
	if d := run.Tool.Driver; d.Name != "greenify" || len(d.Rules) != 2 || d.Rules[0].ID != "yield" || d.Rules[1].ID != "register" {
		t.Errorf("driver %+v, want the two categories as rules", d)
	}
	if len(run.Results) != len(found) {
		t.Fatalf("%d results, want %d", len(run.Results), len(found))
	}
	for i, r := range run.Results {
		f, l := found[i], r.Locations[0].PhysicalLocation
		if r.RuleID != string(f.Category) || r.Level != "warning" || r.Message.Text != f.Message ||
			l.ArtifactLocation.URI != f.File || l.Region.StartLine != f.Line || l.Region.StartColumn != f.Column {
			t.Errorf("result %+v, want %+v", r, f)
		}
	}
	moved := found[0]
	moved.Line++
	if a, b := run.Results[0].PartialFingerprints["greenify/v1"], sarif([]insource.Finding{moved}).Runs[0].Results[0].Fingerprints["greenify/v1"]; a == "" || a != b {
		t.Errorf("fingerprints %q and, one line below, %q", a, b)
	}
	if a, b := run.Results[0].PartialFingerprints["greenify/v1"], run.Results[2].PartialFingerprints["greenify/v1"]; a == b {
		t.Errorf("two findings with the fingerprint %q", a)
	}
	if log := sarif(nil); log.Runs[0].Results == nil || log.Runs[0].Tool.Driver.Rules == nil {
		t.Errorf("without findings there are null lists: %+v", log)
	}
}
