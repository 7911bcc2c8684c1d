package rules

import (
	"embed"
	"fmt"
	"go/version"
	"slices"
	"strings"
)

// The folder of a release, named by its language version: what becomes of each
// function that may block, and what the tests hold the release against (doc.go).
//
//go:embed data/*/coverage.tsv
var data embed.FS

// Releases are the language versions that the rules are written for, the oldest first:
// there is a folder of data for each.
var Releases = func() (list []string) {
	entries, err := data.ReadDir("data")
	if err != nil {
		panic(err) // it is embedded
	}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	slices.SortFunc(list, version.Compare)
	return list
}()

// Nearest returns the folder of a release, such as go1.27.3, or the newest that there is
// if that one has none.
func Nearest(release string) string {
	if lang := version.Lang(release); slices.Contains(Releases, lang) {
		return lang
	}
	return Releases[len(Releases)-1]
}

// In reports whether the rule is for a release, such as go1.27.3.
func (r Leaf) In(release string) bool { return in(r.Go, release) }

func in(constraint, release string) bool {
	if constraint == "" {
		return true
	}
	lang := version.Lang(release)
	if than, ok := strings.CutPrefix(constraint, ">="); ok {
		return version.Compare(lang, than) >= 0
	}
	if than, ok := strings.CutPrefix(constraint, "<"); ok {
		return version.Compare(lang, than) < 0
	}
	panic(fmt.Sprintf("constraint %q begins with neither < nor >=", constraint))
}
