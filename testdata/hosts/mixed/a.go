package mixed

import (
	green "github.com/greenify-go/greenify/runtime"
	"github.com/greenify-go/greenify/runtime/patched"
)

var _ = patched.Register("example.com/hosts/mixed", "OLD", patched.SupportsVersion1) // want `the package registers rules OLD, this greenify has [0-9a-f]+: rewrite the package \(register\)`

// Yield is patched.
func Yield() { green.Yield() }
