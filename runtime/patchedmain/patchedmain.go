// Package patchedmain is in a program whose main function is patched in source, or
// in a test binary whose tests are: their files import it. Package green looks at
// a variable that this package sets to know that, before anything of the program
// has run: packages that main imports are initialized first and cannot ask main.
package patchedmain

import _ "unsafe" // for go:linkname

// The linker gives the symbol the contents of this definition, because package
// green's has none (cmd/link/internal/loader: "if one is a DATA symbol and the
// other is BSS, the one with content wins").
//
//go:linkname mainPatched github.com/greenify-go/greenify/runtime.mainPatched
var mainPatched uint8 = 1
