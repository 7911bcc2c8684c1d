package insource

import (
	"os"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/unitchecker"

	"github.com/greenify-go/greenify/rewrite/greenify"
)

// IsVet reports whether the go command runs this program as a vet or fix tool
// (go vet -vettool, go fix -fixtool): it asks for the version, for the flags,
// or has a package to look at described in a file.
func IsVet(args []string) bool {
	if len(args) == 0 {
		return false
	}
	return args[0] == "-V=full" || slices.Equal(args, []string{"-flags"}) || strings.HasSuffix(args[len(args)-1], ".cfg")
}

// Vet answers the go command and exits. The analyzer with facts, for which the go
// command has all dependencies analyzed too, is there when the flag of its name is.
func Vet() {
	analyzers := []*analysis.Analyzer{greenify.Analyzer}
	facts := greenify.FactsAnalyzer
	if slices.ContainsFunc(os.Args[1:], func(arg string) bool {
		return arg == "-flags" || strings.HasPrefix(strings.TrimLeft(arg, "-"), facts.Name)
	}) {
		analyzers = append(analyzers, facts)
	}
	unitchecker.Main(analyzers...)
}
