package explore

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
)

// A Summary is what all results together say. It does not depend on their order, nor on
// how many machines have made them.
type Summary struct {
	V        int       `json:"v"` // the version of the results
	Tests    []Test    `json:"tests"`
	Failures []Failure `json:"failures"`
}

// A Test is what was searched of one test.
type Test struct {
	Package   string `json:"package"`
	Test      string `json:"test"`
	Schedules int    `json:"schedules"`
	Distinct  int    `json:"distinct"` // schedules that chose otherwise than all others
	Failed    int    `json:"failed"`
	// Unlike is how many schedules were run more than once, and were not the same: something
	// decided that the seed does not, or the options were others.
	Unlike int `json:"unlike,omitempty"`
}

// A Failure is what schedules with the same signature have found.
type Failure struct {
	Module    string   `json:"module"`
	Signature string   `json:"signature"`
	New       bool     `json:"new"` // not in the baseline
	Tests     []string `json:"tests"`
	Schedules int      `json:"schedules"`
	Example   Result   `json:"example"` // of the fewest steps, then of the smallest seed
}

// New reports whether any failure is.
func (s *Summary) New() bool {
	return slices.ContainsFunc(s.Failures, func(f Failure) bool { return f.New })
}

// A schedule is what names one.
type schedule struct {
	pkg, test   string
	round, seed uint64
}

// Merge makes one summary of results. All failures in it are new but for those that the
// baseline has; there need not be one. The same schedule counts once, also if it was run
// twice.
func Merge(results []Result, baseline *Summary) *Summary {
	type test struct{ pkg, test string }
	type failure struct{ module, signature string }
	var (
		seen     = map[schedule]Result{}
		unlike   = map[schedule]bool{}
		failed   = map[schedule]bool{}
		tests    = map[test]*Test{}
		hashes   = map[test]map[string]bool{}
		failures = map[failure]*Failure{}
		found    = map[failure]map[schedule]bool{}
		known    = map[failure]bool{}
	)
	if baseline != nil {
		for _, f := range baseline.Failures {
			known[failure{f.Module, f.Signature}] = true
		}
	}
	for _, r := range results {
		key, of := schedule{r.Package, r.Test, r.Round, r.Seed}, test{r.Package, r.Test}
		t := tests[of]
		if t == nil {
			t = &Test{Package: r.Package, Test: r.Test}
			tests[of], hashes[of] = t, map[string]bool{}
		}
		if first, again := seen[key]; !again {
			seen[key] = r
			t.Schedules++
		} else if first.line() != r.line() && !unlike[key] {
			unlike[key] = true
			t.Unlike++
		}
		hashes[of][r.Hash] = true
		if r.Verdict == verdictOK {
			continue
		}
		if !failed[key] {
			failed[key] = true
			t.Failed++
		}
		id := failure{r.Module, r.Signature}
		f := failures[id]
		if f == nil {
			f = &Failure{Module: r.Module, Signature: r.Signature, New: !known[id], Example: r}
			failures[id], found[id] = f, map[schedule]bool{}
		}
		found[id][key] = true
		if name := r.Package + "." + r.Test; !slices.Contains(f.Tests, name) {
			f.Tests = append(f.Tests, name)
		}
		if simpler(r, f.Example) < 0 {
			f.Example = r
		}
	}
	s := &Summary{V: hubResultVersion, Tests: []Test{}, Failures: []Failure{}}
	for of, t := range tests {
		t.Distinct = len(hashes[of])
		s.Tests = append(s.Tests, *t)
	}
	slices.SortFunc(s.Tests, func(a, b Test) int {
		return cmp.Or(cmp.Compare(a.Package, b.Package), cmp.Compare(a.Test, b.Test))
	})
	for id, f := range failures {
		f.Schedules = len(found[id])
		slices.Sort(f.Tests)
		s.Failures = append(s.Failures, *f)
	}
	slices.SortFunc(s.Failures, func(a, b Failure) int {
		return cmp.Or(cmp.Compare(a.Module, b.Module), cmp.Compare(a.Signature, b.Signature))
	})
	return s
}

// simpler orders failures by how easily a person follows them, and then completely.
func simpler(a, b Result) int {
	return cmp.Or(
		cmp.Compare(a.Steps, b.Steps), cmp.Compare(a.Seed, b.Seed), cmp.Compare(a.Round, b.Round),
		cmp.Compare(a.Package, b.Package), cmp.Compare(a.Test, b.Test), cmp.Compare(a.Strategy, b.Strategy),
		cmp.Compare(a.Verdict, b.Verdict), cmp.Compare(a.Hash, b.Hash), cmp.Compare(a.Again, b.Again), cmp.Compare(a.Replay, b.Replay))
}

// Write writes the summary as ReadSummary reads it.
func (s *Summary) Write(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "\t")
	enc.SetEscapeHTML(false)
	return enc.Encode(s)
}

// ReadSummary reads a summary; name is what errors call it.
func ReadSummary(name string, data []byte) (*Summary, error) {
	var of map[string]json.RawMessage
	err := json.Unmarshal(data, &of)
	if _, ok := of["failures"]; err != nil || !ok {
		return nil, fmt.Errorf("%s is not a baseline: use what greenify sim merge -json -o FILE has written", name)
	}
	if v := string(of["v"]); v != fmt.Sprint(hubResultVersion) {
		return nil, fmt.Errorf("%s is of version %s of the format, this greenify reads version %d: make the baseline again", name, cmp.Or(v, "none"), hubResultVersion)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	s := &Summary{}
	if err := dec.Decode(s); err != nil {
		return nil, fmt.Errorf("%s is not a baseline: %w", name, err)
	}
	return s, nil
}

// Schedules is how many schedules the summary is of.
func (s *Summary) Schedules() (n int) {
	for _, t := range s.Tests {
		n += t.Schedules
	}
	return n
}
