package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
)

// writeModule copies a module of tests below testdata/sim, and returns the names of
// its tests.
func writeModule(dir, module string) (names []string, err error) {
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata/sim", module))); err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				if name, ok := strings.CutPrefix(fn.Name.Name, "Test"); ok {
					names = append(names, name)
				}
			}
		}
	}
	return names, nil
}

// published are, for programs of the same kind, the schedules to the first hit of PCT with a
// depth of 3, POS, PERIOD and RFF: medians of 20 trials, from the raw data of RFF (Wolff,
// Shi, Duck, Mathur, Roychoudhury, "Greybox Fuzzing for Concurrency Testing", ASPLOS 2024).
// Most trials without a hit are "never". They count accesses to memory as points.
var published = map[string][]string{
	"":                          {"PCT3", "POS", "PERIOD", "RFF"},
	"Account":                   {"6", "1", "10", "1"},
	"BluetoothDriver":           {"116", "43", "9", "46"},
	"BoundedBuffer":             {"7", "5", "7", "5"},
	"CircularBuffer":            {"4", "1", "3", "1"},
	"Deadlock01":                {"16", "4", "3", "4"},
	"Qsort":                     {"3005", "376", "27", "219"},
	"Queue":                     {"7", "1", "4", "1"},
	"Reorder3":                  {"134", "171", "6", "6"},
	"Reorder4":                  {"322", "666", "9", "6"},
	"Reorder5":                  {"973", "4429", "12", "6"},
	"Reorder10":                 {"1657", "never", "27", "6"},
	"Reorder20":                 {"1364", "never", "39", "6"},
	"Stack":                     {"2", "1", "8", "1"},
	"StringBuffer":              {"150", "8", "12", "8"},
	"TokenRing":                 {"6", "5", "2", "4"},
	"Twostage":                  {"7", "10", "4", "6"},
	"Twostage20":                {"148", "165", "76", "18"},
	"Twostage50":                {"749", "1814", "286", "32"},
	"Twostage100":               {"never", "never", "690", "25"},
	"Wronglock":                 {"50", "1", "4", "1"},
	"WorkSteal":                 {"8", "10", "57", "9"},
	"WorkStealInterlocked":      {"42", "1", "57", "1"},
	"WorkStealInterlockedState": {"never", "6", "155", "6"},
	"WorkStealState":            {"never", "1", "332", "1"},
}
