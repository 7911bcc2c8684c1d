package greenify

import (
	"fmt"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/greenify-go/greenify/rewrite/find"
	"github.com/greenify-go/greenify/rewrite/rules"
)

// FactsAnalyzer reports what a package has to do with packages that are not patched: calls
// that may block, and functions that enter the hub. It is not part of the default: drivers
// have to analyze dependencies for it.
var FactsAnalyzer = &analysis.Analyzer{
	Name:      "greenifyfacts",
	Doc:       doc("greenifyfacts"),
	URL:       Analyzer.URL,
	Run:       runFacts,
	FactTypes: []analysis.Fact{new(function), new(analyzed)},
}

// function is what is known of a function.
type function struct{ find.Fact }

func (*function) AFact() {}

func (f *function) String() string {
	var list []string
	if f.Through != nil {
		list = append(list, "may block, through "+strings.Join(f.Through, ", "))
	}
	if f.Keeps&1 != 0 {
		list = append(list, "keeps its receiver")
	}
	for i := range 62 {
		if f.KeepsParam(i) {
			list = append(list, fmt.Sprint("keeps ", i))
		}
	}
	return strings.Join(list, "; ")
}

// analyzed says that a function of the package without a fact does nothing of what facts
// tell, and to which module the package belongs.
type analyzed struct{ Module string }

func (*analyzed) AFact() {}

func (a *analyzed) String() string { return "analyzed" }

// passFacts are the facts that a pass knows.
type passFacts struct{ *analysis.Pass }

// Is reports that all packages of other modules are foreign; those of the same are patched
// with this one.
func (p passFacts) Is(pkg *types.Package) bool {
	var a analyzed
	known := p.ImportPackageFact(pkg, &a)
	return !known || p.Module == nil || a.Module == "" || a.Module != p.Module.Path
}

func (p passFacts) Fact(fn *types.Func) (find.Fact, bool) {
	var f function
	if p.ImportObjectFact(fn, &f) {
		return f.Fact, true
	}
	return find.Fact{}, p.ImportPackageFact(fn.Pkg(), new(analyzed))
}

func runFacts(pass *analysis.Pass) (any, error) {
	if rules.Std(pass.Pkg.Path()) || find.Runtime(pass.Pkg.Path()) {
		return nil, nil
	}
	known := passFacts{pass}
	plain := map[token.Pos]string{} // what the default analyzer reports
	for _, file := range search(pass, nil, nil) {
		for _, s := range file.Sites {
			plain[s.Pos] += s.Message + "\n"
		}
	}
	for _, file := range search(pass, nil, known) {
		for _, s := range file.Sites {
			if s.Skip == "" && !strings.Contains(plain[s.Pos], s.Message+"\n") {
				pass.Report(diagnostic(file, s))
			}
		}
	}
	for fn, fact := range find.Facts(input(pass), known.Fact) {
		pass.ExportObjectFact(fn, &function{fact})
	}
	module := ""
	if pass.Module != nil {
		module = pass.Module.Path
	}
	pass.ExportPackageFact(&analyzed{module})
	return nil, nil
}
