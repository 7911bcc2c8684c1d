package mixed

import green "github.com/greenify-go/greenify/runtime"

import "github.com/greenify-go/greenify/runtime/patched"

var _ = patched.Register("mixed", "VERSION", patched.SupportsVersion1)

func f() { green.Yield() }
