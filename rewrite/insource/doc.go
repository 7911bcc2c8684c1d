// Package insource patches source in place, for programs that are built by the
// plain go command: the commands greenify check, diff, rewrite and generate, and
// the same findings for go vet.
//
// Each command loads the packages, lets package find look at them and hands
// over to a back end: check prints what was found, the others apply the
// replacements with dst, generate to copies for a build tag. All files are
// prepared and type-checked in memory first; then they are swapped in together,
// so that no kill, full disk or error leaves a part of them.
//
// A package is other files on other platforms and with other tags. The commands
// that change files look at it as often as it takes to see each of them once, and
// refuse when one cannot be patched; what they leave out they name
// (platforms.go).
package insource
