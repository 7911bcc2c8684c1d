package greenify

import (
	_ "embed"
	"fmt"
	"os"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/greenify-go/greenify/rewrite/find"
	"github.com/greenify-go/greenify/rewrite/rules"
)

//go:embed doc.go
var source string

// Analyzer reports what keeps green threads from cooperating. It is pure per
// package, has no facts, and needs no other analyzer. Its one flag is patch.
var Analyzer = &analysis.Analyzer{
	Name: "greenify",
	Doc:  doc("greenify"),
	URL:  "https://pkg.go.dev/github.com/greenify-go/greenify/rewrite/greenify",
	Run:  run,
}

// groups are the module groups of the flag patch; nil is all. Hosts set flags before
// they run analyzers.
var groups []string

func init() {
	Analyzer.Flags.Func("patch", "patch only these module `groups`, as in greenify check -patch", func(s string) error {
		list, err := rules.ParsePatch(s)
		if missing := rules.Missing(list); err == nil && missing != nil {
			err = fmt.Errorf("-patch without %s may deadlock: greenify check -patch=%s says where", strings.Join(missing, ", "), s)
		}
		if err == nil {
			groups = list
		}
		return err
	})
}

// doc returns the section of the package documentation about an analyzer.
func doc(name string) string {
	_, text, _ := strings.Cut(source, "// # Analyzer "+name+"\n//\n")
	text, _, _ = strings.Cut(text, "\npackage ")
	text, _, _ = strings.Cut(text, "// # Analyzer ")
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(strings.TrimPrefix(strings.TrimPrefix(line, "//"), " "))
	}
	return strings.TrimSpace(b.String())
}

func run(pass *analysis.Pass) (any, error) {
	for _, file := range search(pass, groups, nil) {
		for _, s := range file.Sites {
			if s.Skip == "" {
				pass.Report(diagnostic(file, s))
			}
		}
	}
	return nil, nil
}

// search finds the sites of the package. nogo of rules_go (seen in v0.65.0) gives
// analyzers no ReadFile; its files are those on disk.
func search(pass *analysis.Pass, groups []string, foreign find.Foreign) []*find.File {
	in := input(pass)
	in.Groups, in.Foreign = groups, foreign
	return find.Find(in)
}

func input(pass *analysis.Pass) find.Input {
	read := pass.ReadFile
	if read == nil {
		read = os.ReadFile
	}
	return find.Input{Fset: pass.Fset, Files: pass.Files, Pkg: pass.Pkg, Info: pass.TypesInfo, Read: read}
}

// diagnostic offers the replacement as the only fix. The fixes of a file that need an
// import bring the same edit for it, which drivers merge; those of sites inside a moved operand
// come with the enclosing site.
func diagnostic(file *find.File, s *find.Site) analysis.Diagnostic {
	d := analysis.Diagnostic{Pos: s.Pos, End: s.End, Category: string(s.Kind), Message: s.Message}
	if len(s.Edits) == 0 || file.Generated {
		return d
	}
	fix := analysis.SuggestedFix{Message: fixMessage(s)}
	for _, e := range slices.Concat(s.Imports, s.Edits) {
		fix.TextEdits = append(fix.TextEdits, analysis.TextEdit{Pos: e.Pos, End: e.End, NewText: []byte(e.New)})
	}
	d.SuggestedFixes = []analysis.SuggestedFix{fix}
	return d
}

func fixMessage(s *find.Site) string {
	switch s.Kind {
	case find.Enter:
		return "Wrap the callback in " + s.To
	case find.Main:
		return "Defer " + s.To
	case find.Register:
		return "Register the package"
	}
	return "Replace " + s.What + " by " + s.To
}
