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
	if got, err := os.ReadFile("call_gen.go"); err != nil || !bytes.Equal(got, want) {
		t.Errorf("call_gen.go is not up to date: go generate ./runtime/patched (%v)", err)
	}
}
