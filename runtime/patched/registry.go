package patched

import "github.com/greenify-go/greenify/runtime/internal/baton"

// Register says that package path is patched in source by that version of the
// rule table, behind which stand the module groups that it is patched for if that is
// not all. A patched package calls it as it is initialized:
//
//	var _ = patched.Register("example.com/pkg", "1a2b3c4d", patched.SupportsVersion1)
//	var _ = patched.Register("example.com/pkg", "1a2b3c4d:select,thread,time,builtins", patched.SupportsVersion1)
//
// If the program's main function is not patched, or in a test binary the tests,
// Register says so and ends the program with exit status 2, before main: with no
// hub the package would run as plain Go, and nobody would know. It sees that by
// package patchedmain, which files of a patched main or of patched tests import.
// GREENIFY=off is the way to run the package as plain Go.
//
//go:noinline // greenify inspect looks for its callers
func Register(path, rules string, _ version) struct{} {
	if baton.InSource {
		baton.Register(path, rules)
	}
	return struct{}{}
}

// Main is the first statement of a main function patched in source:
//
//	defer patched.Main("1a2b3c4d", patched.SupportsVersion1)()
//
// It turns the hub on with main as the first green thread, unless GREENIFY=off
// says otherwise. If a package of the program is patched by another version of
// the rule table than rules, or for other groups, it says so and ends the program
// with exit status 2: the patch is applied first or not at all.
//
// The function it returns keeps the hub going when main ends by Goexit, and
// prints the statistics that GREENIFY=stats=1 asks for. Without the defer only
// these two are missing.
//
// Main does nothing if main was not called by package runtime, and in a program
// built by greenify.
func Main(rules string, _ version) (end func()) {
	if baton.InSource {
		return baton.Main(rules)
	}
	return func() {}
}

// Test is the first statement of a test, benchmark, fuzz test or example patched in
// source:
//
//	defer patched.Test("1a2b3c4d", patched.SupportsVersion1)()
//
// The goroutine in which package testing runs it is a green thread until the
// returned function is called. The first call turns the hub on, as Main does, in a
// test binary without a TestMain that has called Main. While the hub is off, and in
// a whole-program build, Test does nothing.
func Test(rules string, _ version) (end func()) {
	if baton.InSource {
		return baton.Test(rules)
	}
	return func() {}
}
