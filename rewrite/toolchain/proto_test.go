package toolchain

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/greenify-go/greenify/rewrite/rules"
	"github.com/greenify-go/greenify/rewrite/splice"
)

func TestProto(t *testing.T) {
	goroot := "/usr/local/go"
	out := "/tmp/shadow"
	byFile := map[string][]splice.Edit{}
	for _, r := range rules.Leaves() {
		byFile[r.File] = append(byFile[r.File], r.Edit)
	}
	for f, es := range byFile {
		src, err := os.ReadFile(filepath.Join(goroot, "src", f))
		if err != nil {
			t.Fatal(err)
		}
		res, err := splice.Apply(f, src, es)
		if err != nil {
			t.Fatal(err)
		}
		os.Remove(filepath.Join(out, "src", f))
		if err := os.WriteFile(filepath.Join(out, "src", f), res, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	fs, _ := filepath.Glob("../../runtime/hub/*.go")
	for _, f := range fs {
		b, _ := os.ReadFile(f)
		b = []byte(strings.Replace(string(b), "//go:build greenify\n", "//\n", 1))
		os.WriteFile(filepath.Join(out, "src/runtime", "green_"+filepath.Base(f)), b, 0o644)
	}
}
