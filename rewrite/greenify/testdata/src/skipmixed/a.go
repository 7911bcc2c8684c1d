package skipmixed

import green "github.com/greenify-go/greenify/runtime"

import "github.com/greenify-go/greenify/runtime/patched"

var _ = patched.Register("skipmixed", "VERSION", patched.SupportsVersion1)

func f() { green.Yield() }
