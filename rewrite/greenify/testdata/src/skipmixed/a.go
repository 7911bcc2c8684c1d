package skipmixed

import green "github.com/greenify-go/greenify/runtime"

var _ = green.Register("skipmixed", "VERSION")

func f() { green.Yield() }
