// Package peers is what ../show -peers needs beside ../suite, which imports nothing but std.
package peers

import (
	"testing"

	green "github.com/greenify-go/greenify/runtime"
)

// One operation is a function that does nothing, run outside the hub. Unpatched it is a call.
func BenchmarkOffload(b *testing.B) {
	for range b.N {
		green.Offload(func() {})
	}
}
