// Package hub holds the source of the hub. Its other files belong to package
// runtime: greenify adds them to the runtime of the private toolchain, where
// the leaf rules of rewrite/rules call them. They are not built here, hence
// their build constraint, which is dropped on the way.
package hub

import (
	"bytes"
	"embed"
	"io/fs"
)

//go:embed *.go
var files embed.FS

const constraint = "//go:build greenify_hub\n"

// Files returns the files to add to package runtime, by name.
func Files() map[string][]byte {
	out := map[string][]byte{}
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		panic(err) // embedded
	}
	for _, e := range entries {
		src, err := files.ReadFile(e.Name())
		if err != nil {
			panic(err)
		}
		if rest, ok := bytes.CutPrefix(src, []byte(constraint)); ok {
			// A comment in place of the constraint keeps the line numbers.
			out["greenify_"+e.Name()] = append([]byte("// Added by greenify.\n"), rest...)
		}
	}
	return out
}
