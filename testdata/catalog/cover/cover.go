// Package cover computes what the rules make of everything that may block in the
// standard library: the tables rewrite/rules/data/*/coverage.tsv, from the ground truth that the
// catalog finds (std.tsv beside them).
package cover

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/greenify-go/greenify/rewrite/rules"
)

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

// Cover classifies what blocks. The error lists the functions that no row of the tables
// classifies.
func Cover(list []Blocking) ([]rules.Covered, error) {
	leaves, disk := offloads(rules.Leaves()), offloads(rules.Disk())
	calls := map[string]rules.Call{}
	for _, c := range rules.Calls() {
		calls[rules.Plain(c.Symbol())] = c
	}
	var all []rules.Covered
	var missing []string
	for _, b := range list {
		c := rules.Covered{Symbol: b.Symbol, Group: group(b)}
		if c.Group == "" {
			missing = append(missing, b.Symbol+" (no group)")
		}
		rank := []rules.Verdict{rules.Short, rules.Green, rules.Offloaded, rules.Blocks}
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
			if o, _ := treat(b.Symbol, w, disk); w.Kind == "disk" && m.verdict == rules.Short && o.verdict == rules.Offloaded {
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
func offloads(list []rules.Leaf) map[string]string {
	m := map[string]string{}
	for _, r := range list {
		// In package runtime it ends a call of the program's code, which entered.
		if strings.Contains(r.Text, "hubLeave") && !strings.HasPrefix(r.File, "runtime/") {
			m[rules.Plain(r.Symbol())] = r.Symbol()
		}
	}
	return m
}

// treat finds how a wait of a symbol is treated.
func treat(symbol string, w Witness, leaves map[string]string) (mean, bool) {
	for f := range strings.FieldsSeq(symbol + " " + w.Chain) {
		f, _, _ = strings.Cut(f, "$") // a function literal belongs to its function
		if rule, ok := leaves[rules.Plain(f)]; ok {
			return mean{verdict: rules.Offloaded, rule: rule}, true
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
func inSource(b Blocking, calls map[string]rules.Call) (rules.Verdict, string) {
	name := rules.Plain(b.Symbol)
	c, ok := calls[name]
	if !ok {
		for _, w := range b.Waits {
			f := strings.Fields(w.Chain)
			if len(f) < 2 || f[0] != "->" {
				continue
			}
			first := rules.Plain(f[1])
			if path.Ext(name) == path.Ext(first) {
				if c, ok = calls[first]; ok {
					break
				}
			}
		}
	}
	if ok {
		switch c.Act {
		case rules.Yield:
			return rules.CallSite, ""
		case rules.Offload:
			return rules.Offloaded, ""
		case rules.Stream:
			return rules.Streamed, ""
		case rules.Report:
			return rules.Reported, ""
		}
	}
	for _, s := range stays {
		if strings.HasPrefix(b.Symbol, s.symbol) && strings.HasSuffix(b.Symbol, s.end) &&
			!slices.ContainsFunc(b.Waits, func(w Witness) bool { return !slices.Contains(strings.Fields(s.kinds), w.Kind) }) {
			return rules.Short, s.why
		}
	}
	return "", ""
}

// Table writes the table that rules.Coverage reads.
func Table(list []rules.Covered) string {
	var b strings.Builder
	fmt.Fprintln(&b, "group\tsymbol\twhole program\twhy\tin source\tkinds\twith -offload=disk\twhy short in source")
	for _, c := range list {
		fmt.Fprintf(&b, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", c.Group, c.Symbol, c.Whole, c.Why, c.Source, c.Kinds, c.Disk, c.Stays)
	}
	return b.String()
}
