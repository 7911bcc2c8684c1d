package main

import (
	"errors"
	"flag"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/greenify-go/greenify/rewrite/rules"
	"github.com/greenify-go/greenify/rewrite/toolchain"
)

var ruleTable = &command{
	name: "rules", args: "[-coverage] [-md|-json]",
	short: "print the table of what is patched",
	setup: func(fs *flag.FlagSet) runner {
		md := fs.Bool("md", false, "print Markdown")
		asJSON := fs.Bool("json", false, "print JSON")
		coverage := fs.Bool("coverage", false, "print what becomes of everything in the standard library that may block")
		return func(e *env, args []string) error {
			release := toolchain.AtHand("")
			switch {
			case len(args) > 0:
				return errors.New("rules takes -coverage, -md and -json, not \"" + strings.Join(args, " ") + `"`)
			case *md && *asJSON:
				return errors.New("choose one of -md and -json")
			case *coverage && *asJSON:
				return e.printJSON(struct {
					Release   string          `json:"release"`
					Totals    []rules.Total   `json:"totals"`
					Functions []rules.Covered `json:"functions"`
				}{rules.Nearest(release), rules.Totals(release), rules.Coverage(release)})
			case *coverage && *md:
				return e.print(coverageMarkdown(release))
			case *coverage:
				return e.print(coverageText(release))
			case *asJSON:
				return e.printJSON(rules.Rows())
			case *md:
				return e.print(rulesMarkdown())
			}
			return e.print(rulesText())
		}
	},
}

// rulesText is the table of rules for people.
func rulesText() string {
	var rows [][]string
	for _, r := range rules.Rows() {
		rows = append(rows, []string{r.Group, r.Reach, r.Act, r.Symbol, r.Why})
	}
	return columns([]string{"group", "reach", "act", "symbol", "why"}, rows)
}

// rulesMarkdown is the table of rules as greenify help coverage has it: a line for each
// group and act, with the number of rules.
func rulesMarkdown() string {
	type key struct{ group, reach, act string }
	var order []key
	count, example := map[key]int{}, map[key]string{}
	for _, r := range rules.Rows() {
		k := key{r.Group, r.Reach, r.Act}
		if count[k]++; count[k] == 1 {
			order = append(order, k)
			example[k] = r.Symbol + ": " + r.Why
		}
	}
	var rows [][]string
	for _, k := range order {
		rows = append(rows, []string{k.group, k.reach, k.act, fmt.Sprint(count[k]), example[k]})
	}
	return markdown([]string{"group", "reach", "act", "rules", "the first"}, "---", rows)
}

// coverageText is how many functions become what in a release, and what blocks with the
// reasons.
func coverageText(release string) string {
	head, rows := coverageTotals(release)
	text := columns(head, rows)
	for _, c := range rules.Coverage(release) {
		if c.Whole == rules.Blocks {
			text += fmt.Sprintf("blocks: %s: %s\n", c.Symbol, c.Why)
		}
	}
	return text
}

// coverageMarkdown is how many functions become what, as greenify help coverage has it.
func coverageMarkdown(release string) string {
	head, rows := coverageTotals(release)
	return markdown(head, "---:", rows)
}

func coverageTotals(release string) (head []string, rows [][]string) {
	head = []string{"group", "functions", "green by leaf rule", "offloaded", "short", "of them offloaded with -offload=disk", "blocks",
		"in source: green", "offloaded", "streamed", "short", "reported"}
	for _, t := range rules.Totals(release) {
		row := []string{t.Group}
		for _, n := range []int{t.Count, t.Whole[rules.Green], t.Whole[rules.Offloaded], t.Whole[rules.Short], t.Disk, t.Whole[rules.Blocks],
			t.Source[rules.CallSite], t.Source[rules.Offloaded], t.Source[rules.Streamed], t.Source[rules.Short], t.Source[rules.Reported]} {
			row = append(row, fmt.Sprint(n))
		}
		rows = append(rows, row)
	}
	return head, rows
}

// columns is a table as text.
func columns(head []string, rows [][]string) string {
	var b strings.Builder
	tw := tabwriter.NewWriter(&b, 0, 8, 2, ' ', 0)
	for _, row := range append([][]string{head}, rows...) {
		fmt.Fprintln(tw, strings.Join(row, "\t"))
	}
	tw.Flush()
	return b.String()
}

// markdown is a table as Markdown; rule is what stands below each head but the first.
func markdown(head []string, rule string, rows [][]string) string {
	text := "| " + strings.Join(head, " | ") + " |\n| ---" + strings.Repeat(" | "+rule, len(head)-1) + " |\n"
	for _, row := range rows {
		text += "| " + strings.Join(row, " | ") + " |\n"
	}
	return text
}
