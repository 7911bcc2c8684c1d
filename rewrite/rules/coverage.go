package rules

import (
	"slices"
	"strings"
)

// A Verdict says what becomes of a blocking function in one reach.
type Verdict string

const (
	Green     Verdict = "green by leaf rule"      // waits as a green thread, by a rule below it
	CallSite  Verdict = "green by call-site rule" // its uses are replaced by a function of package green
	Offloaded Verdict = "offloaded"               // waits outside the hub, or the baton
	Short     Verdict = "short"                   // keeps the hub for a bounded time
	Blocks    Verdict = "blocks"                  // keeps the hub for as long as it takes
	Streamed  Verdict = "streamed"                // in source: waits in readers and writers that are wrapped
	Reported  Verdict = "reported"                // in source: keeps the hub, and is a finding
)

// Verdicts is the order of the columns of the tables.
var Verdicts = []Verdict{Green, CallSite, Offloaded, Streamed, Short, Reported, Blocks}

// A Covered is one exported function or method of the standard library that may
// block by itself, and what the rules make of it.
//
// A function may wait in several ways. Whole says how the waits are treated
// that last until somebody else does something; it is Short only if there are
// none. Kinds has them all.
type Covered struct {
	Group  string  `json:"group"`
	Symbol string  `json:"symbol"`
	Whole  Verdict `json:"wholeProgram"`
	Why    string  `json:"why"`                   // the leaf rule, the bound or the reason
	Source Verdict `json:"inSource"`              // of a call in patched source
	Kinds  string  `json:"kinds"`                 // "net=green disk=short": kinds of the ground truth and their verdicts
	Disk   string  `json:"offloadDisk,omitempty"` // the leaf rule that offloads its waits for a disk with -offload=disk
	Stays  string  `json:"inSourceWhy,omitempty"` // why it is short in source
}

// Coverage returns the table of a release, such as go1.27.3; of the newest if there is
// none of that one.
func Coverage(release string) []Covered {
	table, err := data.ReadFile("data/" + Nearest(release) + "/coverage.tsv")
	if err != nil {
		panic(err) // it is embedded
	}
	return readCoverage(string(table))
}

func readCoverage(table string) []Covered {
	var all []Covered
	for line := range strings.Lines(table) {
		if f := strings.Split(strings.TrimSuffix(line, "\n"), "\t"); f[0] != "group" {
			all = append(all, Covered{f[0], f[1], Verdict(f[2]), f[3], Verdict(f[4]), f[5], f[6], f[7]})
		}
	}
	return all
}

// A Total counts the functions of a group by verdict.
type Total struct {
	Group  string          `json:"group"` // "all" for the last
	Count  int             `json:"count"`
	Whole  map[Verdict]int `json:"wholeProgram"`
	Disk   int             `json:"offloadDisk"` // of the short ones, offloaded with -offload=disk
	Source map[Verdict]int `json:"inSource"`
}

// Totals returns a line for each group and one for all.
func Totals(release string) []Total {
	var list []Total
	all := Coverage(release)
	for _, g := range append(slices.Clone(Groups), "all") {
		t := Total{Group: g, Whole: map[Verdict]int{}, Source: map[Verdict]int{}}
		for _, c := range all {
			if c.Group == g || g == "all" {
				t.Count++
				t.Whole[c.Whole]++
				if c.Whole == Short && c.Disk != "" {
					t.Disk++
				}
				t.Source[c.Source]++
			}
		}
		list = append(list, t)
	}
	return list
}

// Covers returns what the coverage table of a release has of a symbol, named as for Explain.
func Covers(symbol, release string) []Covered {
	var list []Covered
	for _, c := range Coverage(release) {
		if Names(symbol, c.Symbol) {
			list = append(list, c)
		}
	}
	return list
}
