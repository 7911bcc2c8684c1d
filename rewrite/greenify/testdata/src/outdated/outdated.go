package main

import "github.com/greenify-go/greenify/runtime/patched"

var _ = patched.Register("outdated", "0", patched.SupportsVersion1) // want `the package registers rules 0, this greenify has`

func main() {
	defer patched.Main("0", patched.SupportsVersion1)() // want `main starts the hub with rules 0`
}
