package rules

import (
	"path"
	"strings"
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
