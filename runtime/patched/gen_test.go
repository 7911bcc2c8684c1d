//go:build !greenify

package patched

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestGenerated: call_gen.go is what gen.go writes.
func TestGenerated(t *testing.T) {
	out := filepath.Join(t.TempDir(), "generated")
	if msg, err := exec.CommandContext(t.Context(), "go", "run", "gen.go", "-o", out).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, msg)
	}
	want, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"call_gen.go", "../../rewrite/greenify/testdata/src/github.com/greenify-go/greenify/runtime/patched/call_gen.go"} {
		if got, err := os.ReadFile(name); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not up to date: go generate ./runtime/patched (%v)", name, err)
		}
	}
}
