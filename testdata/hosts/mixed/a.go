package mixed

import green "github.com/greenify-go/greenify/runtime"

var _ = green.Register("example.com/hosts/mixed", "OLD") // want `the package registers rules OLD, this greenify has [0-9a-f]+: rewrite the package \(register\)`

// Yield is patched.
func Yield() { green.Yield() }
