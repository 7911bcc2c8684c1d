package toolchain

import (
	"bytes"
	"go/build"
	"io"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/greenify-go/greenify/rewrite/rules"
)

// On a platform that can be patched a build has the edited file and not the release's own, on
// each other one the release's own if the release's name and constraints let it, and no added one.
// Each line keeps its number.
func TestPlatforms(t *testing.T) {
	env, err := findGo(".", io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for _, opt := range []Options{{}, {Sim: true, Disk: true}, {Locks: true}} {
		opt.Scope, opt.Groups = ScopeAll, rules.Groups
		p, err := load(env, opt)
		if err != nil {
			t.Fatal(err)
		}
		files, err := p.files()
		if err != nil {
			t.Fatal(err)
		}
		for _, platform := range []string{"linux/amd64", "linux/arm64", "linux/386", "darwin/arm64", "darwin/amd64", "windows/amd64", "freebsd/arm64", "wasip1/wasm", "js/wasm", "aix/ppc64"} {
			goos, goarch, _ := strings.Cut(platform, "/")
			patched := platform == "linux/amd64" || platform == "linux/arm64"
			for name := range p.edits {
				release, err := os.ReadFile(p.path(name))
				if err != nil {
					t.Fatal(err)
				}
				want := takes(t, goos, goarch, name, release)
				edited := takes(t, goos, goarch, name, files[name])
				plain := takes(t, goos, goarch, plainName(name), files[plainName(name)])
				if edited != (want && patched) || plain != (want && !patched) {
					t.Errorf("%s, %s: builds release's %v, edited %v, plain %v", platform, name, want, edited, plain)
				}
				if a, b := bytes.Count(release, []byte("\n")), bytes.Count(files[plainName(name)], []byte("\n")); a != b {
					t.Errorf("%s has %d lines, its plain copy %d", name, a, b)
				}
			}
			for name, src := range p.added {
				if !patched && takes(t, goos, goarch, name, src) {
					t.Errorf("%s builds %s", platform, name)
				}
			}
		}
	}
}

// takes reports whether a build for a platform takes a file.
func takes(t *testing.T, goos, goarch, name string, src []byte) bool {
	t.Helper()
	ctxt := build.Default
	ctxt.GOOS, ctxt.GOARCH, ctxt.CgoEnabled = goos, goarch, false
	ctxt.OpenFile = func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(src)), nil }
	match, err := ctxt.MatchFile(path.Dir(name), path.Base(name))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return match
}
