// Package hub holds the source of the hub. Its other files belong to package
// runtime, those of its folders to other packages of the standard library:
// greenify adds them to the private toolchain, where the leaf rules of
// rewrite/rules call them. They are not built here, hence their build
// constraint, which is dropped on the way.
package hub

import (
	"bytes"
	"embed"
	"io/fs"
	"path"
	"strconv"

	"github.com/greenify-go/greenify/runtime/setting"
)

//go:embed *.go */*.go crypto/*/*.go go/*/*.go net/*/*.go internal/*/*.go internal/*/*/*.go
var files embed.FS

// constraint is what keeps the files out of this package; a file may have more
// behind it.
const constraint = "//go:build greenify_hub"

// Files returns the files to add to the standard library, by path below
// GOROOT/src.
func Files() map[string][]byte {
	out := map[string][]byte{}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		src, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		rest, ok := bytes.CutPrefix(src, []byte(constraint))
		if !ok {
			return nil
		}
		// One line for one line keeps the line numbers.
		head := "// Added by greenify."
		if more, ok := bytes.CutPrefix(rest, []byte(" && ")); ok {
			head, rest = "//go:build ", more
		}
		if name == "settings.go" {
			rest = bytes.Replace(rest, []byte(`const hubKnown = ""`), []byte("const hubKnown = "+strconv.Quote(setting.Known(false))), 1)
		}
		dir, file := path.Split(name)
		if dir == "" {
			dir = "runtime/"
		}
		out[dir+"greenify_"+file] = append([]byte(head), rest...)
		return nil
	})
	if err != nil {
		panic(err) // they are embedded
	}
	return out
}
