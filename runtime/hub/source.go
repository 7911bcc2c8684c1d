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

// constraint is what keeps the files out of this package; a file may have more
// behind it.
const constraint = "//go:build greenify_hub"

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
		rest, ok := bytes.CutPrefix(src, []byte(constraint))
		if !ok {
			continue
		}
		// One line for one line keeps the line numbers.
		head := "// Added by greenify."
		if more, ok := bytes.CutPrefix(rest, []byte(" && ")); ok {
			head, rest = "//go:build ", more
		}
		out["greenify_"+e.Name()] = append([]byte(head), rest...)
	}
	return out
}
