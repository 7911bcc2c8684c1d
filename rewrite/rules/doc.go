// Package rules is the one table of what greenify patches and how.
//
// A rule is one line of data; the groups are one file each (thread.go,
// process.go, ...). The command's help, the topic coverage and the manifest of
// a patched binary are made from the same lines.
//
// # Releases of Go
//
// The rules are for the releases that have a folder in data, and greenify refuses all
// others. The folder has, for its release:
//
//	std.tsv, std-caller.tsv  what may block in the standard library (testdata/catalog)
//	coverage.tsv             what becomes of it: made from std.tsv and the rules
//	differences.tsv          where std.tsv is not what the catalog computes, and why
//	killed.tsv               what a kill may pass by, with a verdict for each
//	relock.tsv               what unlocks a lock and locks it again, with a verdict for each
//	roads.txt                who calls the scheduler in package runtime
//	diff/*.diff              the lines that greenify changes in the release: each rule in
//	                         its place, where releases differ as it is in this one
//
// A rule that a release does not fit is refused where it is applied. What a release adds
// goes past the rules without a word: a new caller of the scheduler, another file that
// allocates, a function that waits with its lock unlocked. The lists are for that: a test
// compares each with the release at hand.
//
// To add a release:
//
//  1. make release GO=go1.28rc1 prints what is new beside the newest folder: rules that do
//     not fit, roads, patched lines, locks, readers and writers without a rule, functions
//     that may block or that a kill may pass by. It writes nothing.
//  2. A rule that does not fit: look for a text that fits all releases, best on what is
//     called and not on the callers. Only if there is none, two lines with a constraint
//     (Leaf.Go: "<go1.28", ">=go1.28"). A file of the hub may carry the tag of a release
//     (//go:build greenify_hub && go1.28); it is left out of others, so it may belong to a
//     package that they do not have.
//  3. A road: find out in which state of which goroutine it is taken, and write a rule and
//     a program in testdata/programs if the hub must hear of it.
//  4. cp -r data/go1.27 data/go1.28. From here on the release is supported.
//     go test ./rewrite/toolchain -run 'TestRoads|TestDiff' -update writes roads.txt and the
//     diffs, go run ./testdata/catalog -update the tables of what blocks, with an empty verdict
//     where killed.tsv needs one; relock.tsv is written by hand. Then make readme.
//     Set GOTOOLCHAIN for each.
//  5. A line GO_1.28 in the Makefile, then with GO=1.28: make test kinds std ticker hosts. The
//     first compiles the hub with the release. What fails is looked at before anything else.
//  6. The step in .ci/run, README, CHANGELOG. The oldest release goes with its folder: then
//     the constraints that no longer tell releases apart go too, and go.mod's go line, which
//     is that of the oldest.
package rules
