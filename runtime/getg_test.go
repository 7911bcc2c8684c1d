//go:build !greenify

package green

import "testing"

// TestGoid: Main has found where this release of Go keeps the number of a
// goroutine; where it does not, a stack dump tells.
func TestGoid(t *testing.T) {
	if goidOffset == 0 {
		t.Fatal("not found: each new thread now costs a stack dump")
	}
	fast, want := goid(), dumpedGoid()
	offset := goidOffset
	goidOffset = 0
	slow := goid()
	goidOffset = offset
	if fast != want || slow != want {
		t.Errorf("got %d and %d, want %d", fast, slow, want)
	}
}
