package insource

import (
	"fmt"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/unitchecker"

	"github.com/greenify-go/greenify/rewrite/find"
	"github.com/greenify-go/greenify/rewrite/find/load"
	"github.com/greenify-go/greenify/rewrite/greenify"
)

// IsVet reports whether the go command runs this program as a vet or fix tool
// (go vet -vettool, go fix -fixtool): it asks for the version, for the flags,
// or has a package to look at described in a file, behind flags.
func IsVet(args []string) bool {
	if len(args) == 0 {
		return false
	}
	last := len(args) - 1
	return args[0] == "-V=full" || slices.Equal(args, []string{"-flags"}) || strings.HasSuffix(args[last], ".cfg") &&
		!slices.ContainsFunc(args[:last], func(arg string) bool { return !strings.HasPrefix(arg, "-") })
}

// Vet answers the go command and exits. The analyzer with facts, for which the go
// command has all dependencies analyzed too, is there when the flag of its name is. Refuse
// ends the program with an error, before anything is written.
func Vet(refuse func(error)) {
	analyzer := greenify.Analyzer
	if hasFlag("fix") && !hasFlag("diff") {
		analyzer = writes(analyzer, refuse)
	}
	analyzers := []*analysis.Analyzer{analyzer}
	facts := greenify.FactsAnalyzer
	if slices.ContainsFunc(os.Args[1:], func(arg string) bool {
		return arg == "-flags" || strings.HasPrefix(strings.TrimLeft(arg, "-"), facts.Name)
	}) {
		analyzers = append(analyzers, facts)
	}
	unitchecker.Main(analyzers...)
}

// hasFlag reports whether the go command gives a flag without a value (cmd/go/internal/vet,
// run).
func hasFlag(name string) bool {
	return slices.ContainsFunc(os.Args[1:], func(arg string) bool { return strings.TrimLeft(arg, "-") == name && arg[0] == '-' })
}

// writes is the analyzer for go fix without -diff. Like rewrite it refuses to change a
// package of a module that cannot import package green; like diff, go fix -diff prints
// what it would change.
func writes(a *analysis.Analyzer, refuse func(error)) *analysis.Analyzer {
	b := *a
	b.Run = func(pass *analysis.Pass) (any, error) {
		fixes := false
		report := pass.Report
		pass.Report = func(d analysis.Diagnostic) {
			fixes = fixes || len(d.SuggestedFixes) > 0
			report(d)
		}
		result, err := a.Run(pass)
		patched := slices.ContainsFunc(pass.Pkg.Imports(), func(p *types.Package) bool { return find.Runtime(p.Path()) })
		if err != nil || !fixes || patched {
			return result, err
		}
		dir := filepath.Dir(pass.Fset.File(pass.Files[0].FileStart).Name())
		list, err := load.List(load.Config{Dir: dir, Green: true}, ".")
		if err == nil {
			err = list.ArchError()
		}
		if err == nil && list.GreenError() != nil {
			err = fmt.Errorf("%w\nuse greenify rewrite -w -get ./..., which requires it in the same step", list.GreenError())
		}
		if err != nil {
			// An error that is returned does not keep fixes from being applied
			// (unitchecker, processResults).
			refuse(fmt.Errorf("nothing was written: %w", err))
		}
		return result, nil
	}
	return &b
}
