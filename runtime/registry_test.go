package green_test

import (
	"slices"
	"testing"

	green "github.com/greenify-go/greenify/runtime"
)

// The program knows how it is patched.
func TestManifest(t *testing.T) {
	m := green.Manifest()
	want := "in source"
	if patched {
		want = "whole program"
		if m.Rules == "" || m.Scope != "all" || !slices.Contains(m.Packages, "runtime") {
			t.Errorf("incomplete: %+v", m)
		}
	}
	if m.Mode != want || len(m.Groups) != 10 {
		t.Errorf("%+v, want mode %s and 10 groups", m, want)
	}
}
