package rules

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"text/tabwriter"
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

// A Blocking is a line of the ground truth: a function and, for each kind of
// wait, the shortest chain of calls that ends in it.
type Blocking struct {
	Symbol string
	Waits  []Witness
}

// A Witness is a chain of calls, "-> f -> g => h", and the kind of its end.
type Witness struct{ Kind, Chain string }

// ReadBlocking reads a ground truth: tab-separated package, symbol, kinds and
// witnesses below a line of headings.
func ReadBlocking(data string) ([]Blocking, error) {
	var list []Blocking
	for line := range strings.Lines(data) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) != 4 {
			return nil, fmt.Errorf("line %q has %d fields, not 4", line, len(f))
		}
		if f[0] == "package" {
			continue
		}
		b := Blocking{Symbol: f[0] + "." + f[1]}
		for w := range strings.SplitSeq(f[3], " ; ") {
			kind, chain, ok := strings.Cut(w, ": ")
			if !ok {
				return nil, fmt.Errorf("%s: witness %q has no kind", b.Symbol, w)
			}
			b.Waits = append(b.Waits, Witness{kind, chain})
		}
		list = append(list, b)
	}
	return list, nil
}

// Cover classifies what blocks. The error lists the functions that no row of
// the tables classifies.
func Cover(list []Blocking) ([]Covered, error) {
	leaves, disk := offloads(Leaves()), offloads(Disk())
	calls := map[string]Call{}
	for _, c := range Calls() {
		calls[Plain(c.Symbol())] = c
	}
	var all []Covered
	var missing []string
	for _, b := range list {
		c := Covered{Symbol: b.Symbol, Group: group(b)}
		if c.Group == "" {
			missing = append(missing, b.Symbol+" (no group)")
		}
		rank := []Verdict{Short, Green, Offloaded, Blocks}
		var kinds []string
		for _, w := range b.Waits {
			m, ok := treat(b.Symbol, w, leaves)
			if !ok {
				missing = append(missing, b.Symbol+": "+w.Kind)
				continue
			}
			if c.Whole == "" || slices.Index(rank, m.verdict) > slices.Index(rank, c.Whole) {
				c.Whole, c.Why = m.verdict, m.why
				if m.why == "" {
					c.Why = m.rule
				}
			}
			if o, _ := treat(b.Symbol, w, disk); w.Kind == "disk" && m.verdict == Short && o.verdict == Offloaded {
				c.Disk = o.rule
			}
			word, _, _ := strings.Cut(string(m.verdict), " ")
			kinds = append(kinds, w.Kind+"="+word)
		}
		c.Kinds = strings.Join(kinds, " ")
		if c.Source, c.Stays = inSource(b, calls); c.Source == "" {
			missing = append(missing, b.Symbol+" (no rule in source)")
		}
		all = append(all, c)
	}
	if missing != nil {
		return nil, fmt.Errorf("not classified: %s", strings.Join(missing, ", "))
	}
	return all, nil
}

// offloads are the declarations in which a leaf rule leaves the hub, and the
// symbols of the rules.
func offloads(list []Leaf) map[string]string {
	m := map[string]string{}
	for _, r := range list {
		// In package runtime it ends a call of the program's code, which entered.
		if strings.Contains(r.Text, "hubLeave") && !strings.HasPrefix(r.File, "runtime/") {
			m[Plain(r.Symbol())] = r.Symbol()
		}
	}
	return m
}

// treat finds how a wait of a symbol is treated.
func treat(symbol string, w Witness, leaves map[string]string) (mean, bool) {
	for f := range strings.FieldsSeq(symbol + " " + w.Chain) {
		f, _, _ = strings.Cut(f, "$") // a function literal belongs to its function
		if rule, ok := leaves[Plain(f)]; ok {
			return mean{verdict: Offloaded, rule: rule}, true
		}
	}
	text := symbol + ": " + w.Chain
	for _, m := range means {
		if m.kind == w.Kind && strings.Contains(text, m.at) {
			return m, true
		}
	}
	return mean{}, false
}

func group(b Blocking) string {
	for _, g := range groupOf {
		if strings.HasPrefix(b.Symbol, g.symbol) &&
			(g.kind == "" || slices.ContainsFunc(b.Waits, func(w Witness) bool { return w.Kind == g.kind })) {
			return g.group
		}
	}
	return ""
}

// inSource says what becomes of a call in source, and why it may stay. A promoted
// method, which has the rule of the method that it is, begins its chain with that
// one.
func inSource(b Blocking, calls map[string]Call) (Verdict, string) {
	name := Plain(b.Symbol)
	c, ok := calls[name]
	if !ok {
		for _, w := range b.Waits {
			f := strings.Fields(w.Chain)
			if len(f) < 2 || f[0] != "->" {
				continue
			}
			first := Plain(f[1])
			if path.Ext(name) == path.Ext(first) {
				if c, ok = calls[first]; ok {
					break
				}
			}
		}
	}
	if ok {
		switch c.Act {
		case Yield:
			return CallSite, ""
		case Offload:
			return Offloaded, ""
		case Stream:
			return Streamed, ""
		case Left:
			return Reported, ""
		}
	}
	for _, s := range stays {
		if strings.HasPrefix(b.Symbol, s.symbol) && strings.HasSuffix(b.Symbol, s.end) &&
			!slices.ContainsFunc(b.Waits, func(w Witness) bool { return !slices.Contains(strings.Fields(s.kinds), w.Kind) }) {
			return Short, s.why
		}
	}
	return "", ""
}

//go:embed coverage.tsv
var coverage string

// Coverage returns the table that was generated for the release.
func Coverage() []Covered {
	var all []Covered
	for line := range strings.Lines(coverage) {
		if f := strings.Split(strings.TrimSuffix(line, "\n"), "\t"); f[0] != "group" {
			all = append(all, Covered{f[0], f[1], Verdict(f[2]), f[3], Verdict(f[4]), f[5], f[6], f[7]})
		}
	}
	return all
}

// writeCoverage writes the table that Coverage reads.
func writeCoverage(list []Covered) string {
	var b strings.Builder
	fmt.Fprintln(&b, "group\tsymbol\twhole program\twhy\tin source\tkinds\twith -offload=disk\twhy short in source")
	for _, c := range list {
		fmt.Fprintf(&b, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", c.Group, c.Symbol, c.Whole, c.Why, c.Source, c.Kinds, c.Disk, c.Stays)
	}
	return b.String()
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
func Totals() []Total {
	var list []Total
	for _, g := range append(slices.Clone(Groups), "all") {
		t := Total{Group: g, Whole: map[Verdict]int{}, Source: map[Verdict]int{}}
		for _, c := range Coverage() {
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

// PrintCoverage writes the totals, and what blocks with the reasons.
func PrintCoverage(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(tw, "group\tfunctions\tgreen by leaf rule\toffloaded\tshort\tof them offloaded with -offload=disk\tblocks\tin source: green\toffloaded\tstreamed\tshort\treported")
	for _, t := range Totals() {
		fmt.Fprintf(tw, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\n", t.Group, t.Count,
			t.Whole[Green], t.Whole[Offloaded], t.Whole[Short], t.Disk, t.Whole[Blocks],
			t.Source[CallSite], t.Source[Offloaded], t.Source[Streamed], t.Source[Short], t.Source[Reported])
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	for _, c := range Coverage() {
		if c.Whole == Blocks {
			if _, err := fmt.Fprintf(w, "blocks: %s: %s\n", c.Symbol, c.Why); err != nil {
				return err
			}
		}
	}
	return nil
}

// PrintCoverageJSON writes the totals and every function.
func PrintCoverageJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "\t")
	enc.SetEscapeHTML(false)
	return enc.Encode(struct {
		Totals    []Total   `json:"totals"`
		Functions []Covered `json:"functions"`
	}{Totals(), Coverage()})
}

// PrintCoverageMarkdown writes the totals as greenify help coverage has them.
func PrintCoverageMarkdown(w io.Writer) error {
	fmt.Fprintln(w, "| group | functions | green by leaf rule | offloaded | short | of them offloaded with -offload=disk | blocks | in source: green | offloaded | streamed | short | reported |")
	fmt.Fprintln(w, "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
	for _, t := range Totals() {
		if _, err := fmt.Fprintf(w, "| %s | %d | %d | %d | %d | %d | %d | %d | %d | %d | %d | %d |\n", t.Group, t.Count,
			t.Whole[Green], t.Whole[Offloaded], t.Whole[Short], t.Disk, t.Whole[Blocks],
			t.Source[CallSite], t.Source[Offloaded], t.Source[Streamed], t.Source[Short], t.Source[Reported]); err != nil {
			return err
		}
	}
	return nil
}

// Covers returns what the coverage table has of a symbol, named as for Explain.
func Covers(symbol string) []Covered {
	var list []Covered
	for _, c := range Coverage() {
		if Names(symbol, c.Symbol) {
			list = append(list, c)
		}
	}
	return list
}
