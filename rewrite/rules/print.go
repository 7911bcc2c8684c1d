package rules

import (
	"encoding/json"
	"fmt"
	"io"
	"path"
	"strings"
	"text/tabwriter"
)

// A Row is one rule, of either kind, as the command prints it.
type Row struct {
	Group  string `json:"group"`
	Symbol string `json:"symbol"` // what is patched
	Reach  string `json:"reach"`  // WholeProgram and With... (leaf rules) or InSource (call rules)
	Act    string `json:"act"`    // "leaf", or how an Act prints itself
	Why    string `json:"why"`
}

// The reaches of rules.
const (
	WholeProgram = "whole program"
	WithPatch    = "with -patch"        // whole program, built with one of the groups os and socket
	WithDisk     = "with -offload=disk" // whole program, built with that flag
	WithLocks    = "with -locks"        // whole program, built with that flag
	WithSim      = "with -sim"          // whole program, built with that flag
	InSource     = "in source"
)

// Rows returns the whole table.
func Rows() []Row {
	var rows []Row
	for _, reach := range reaches() {
		for _, r := range reach.leaves {
			rows = append(rows, Row{r.Group, r.Symbol(), reach.name, "leaf", r.Why})
		}
	}
	for _, c := range Calls() {
		rows = append(rows, Row{c.Group, c.Symbol(), InSource, c.Act.String(), c.Why})
	}
	return rows
}

// Print writes the table as text for people.
func Print(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(tw, "group\treach\tact\tsymbol\twhy")
	for _, r := range Rows() {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\n", r.Group, r.Reach, r.Act, r.Symbol, r.Why)
	}
	return tw.Flush()
}

// PrintMarkdown writes the table as greenify help coverage has it: a line for each group and
// act, with the number of rules.
func PrintMarkdown(w io.Writer) error {
	type key struct{ group, reach, act string }
	var order []key
	count, example := map[key]int{}, map[key]string{}
	for _, r := range Rows() {
		k := key{r.Group, r.Reach, r.Act}
		if count[k]++; count[k] == 1 {
			order = append(order, k)
			example[k] = r.Symbol + ": " + r.Why
		}
	}
	if _, err := fmt.Fprintln(w, "| group | reach | act | rules | the first |\n| --- | --- | --- | --- | --- |"); err != nil {
		return err
	}
	for _, k := range order {
		if _, err := fmt.Fprintf(w, "| %s | %s | %s | %d | %s |\n", k.group, k.reach, k.act, count[k], example[k]); err != nil {
			return err
		}
	}
	return nil
}

// PrintJSON writes the table as an array of rows.
func PrintJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "\t")
	return enc.Encode(Rows())
}

// Explain returns the rules that act on a symbol. It is named as in Go, with or
// without the import path's folders, a method also without its package: "net.Dial",
// "sync.Mutex.Lock", "(*net/http.Client).Do", "http.Client.Do", "Mutex.Lock".
func Explain(symbol string) []Row {
	var rows []Row
	for _, r := range Rows() {
		if Names(symbol, r.Symbol) {
			rows = append(rows, r)
		}
	}
	return rows
}

// Names reports whether a name that people write, as for Explain, is that of a symbol
// of the table.
func Names(name, symbol string) bool {
	want, have := Plain(name), Plain(symbol)
	if want == "" {
		return false
	}
	if have == want || strings.HasSuffix(have, "/"+want) {
		return true
	}
	_, local, _ := strings.Cut(path.Base(have), ".") // without its package
	return local == want && strings.Contains(want, ".")
}

// Plain takes the signs of pointers, methods and type arguments out of a symbol's
// name.
func Plain(symbol string) string {
	symbol, args, generic := strings.Cut(symbol, "[")
	if generic {
		_, rest, _ := strings.Cut(args, "]")
		symbol += rest
	}
	return strings.NewReplacer("(", "", ")", "", "*", "", "&", "", " ", "").Replace(symbol)
}
