// Package patched is for generated code only: greenify rewrite, generate and the fixes
// of the analyzer write the calls of it. What people call is in package green, one
// folder up. It may change with every release, and files that were rewritten for
// another version of it do not compile: see SupportsVersion1.
package patched

// SupportsVersion1 is named by every call of Register, Main and Test, and so by every
// package that is rewritten for this version of package patched. If the compiler does
// not find the name, the package was rewritten by a greenify that does not fit the
// required version of this module: require the version of that greenify
// (greenify version), or rewrite the package again from its original source.
//
// The number grows when the meaning or the signature of something in this package
// changes, and the old name goes.
const SupportsVersion1 version = 1

// version has no exported name: nothing else can be passed for the constant.
type version int
