package toolchain

import (
	"bytes"
	"fmt"
	"go/build/constraint"
	"path"
	"slices"
	"strings"

	"github.com/greenify-go/greenify/rewrite/rules"
)

// A test that cross-compiles does so with the go command and the GOROOT that ran it, which go test puts
// into its environment. So that GOROOT has the release's own standard library for the
// platforms that cannot be patched: each file with an edit is there twice, and what is added is for the others.

// platformsVersion is another one for each version of what this file does, so that the GOROOT is another.
const platformsVersion = "platforms 2"

// patchedPlatforms is the constraint of what is for the platforms that can be patched.
var patchedPlatforms = "linux && (" + strings.Join(rules.Archs, " || ") + ")"

// plainName returns the name of the release's own file beside an edited one. What its name
// says of its platform is at the end.
func plainName(name string) string {
	dir, file := path.Split(name)
	return dir + "greenify_plain_" + file
}

// plainText returns what the file of that name has. TestNoUnicodeStrings of net/http wants no
// strings.Fields and the like in any file but h2_bundle.go, and looks for these words.
func plainText(name string, release []byte) []byte {
	if name != "src/net/http/h2_bundle.go" {
		return release
	}
	text := bytes.Replace(release, []byte("\n\t\"strings\"\n"), []byte("\n\tasIs \"strings\"\n"), 1)
	return bytes.ReplaceAll(text, []byte("strings."), []byte("asIs."))
}

// forPlatforms returns a file of Go or assembler with one more build constraint. Each line keeps its number.
func forPlatforms(name string, src []byte, also string) ([]byte, error) {
	end := len(src) // of assembler: the first empty line is behind the licence there, too
	if path.Ext(name) == ".go" {
		end = bytes.Index(src, []byte("\npackage ")) + 1
	}
	head := bytes.Split(src[:end], []byte("\n"))
	at := slices.IndexFunc(head, func(line []byte) bool { return constraint.IsGoBuild(string(line)) })
	if at >= 0 {
		has, err := constraint.Parse(string(head[at]))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		more, err := constraint.Parse("//go:build " + also)
		if err != nil {
			return nil, err
		}
		also = (&constraint.AndExpr{X: has, Y: more}).String()
	} else if at = slices.IndexFunc(head, func(line []byte) bool { return len(line) == 0 }); at < 0 || at == len(head)-1 {
		return nil, fmt.Errorf("%s has no line for a build constraint", name)
	}
	head[at] = []byte("//go:build " + also)
	return append(bytes.Join(head, []byte("\n")), src[end:]...), nil
}
