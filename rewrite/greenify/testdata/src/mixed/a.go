package mixed

import green "github.com/greenify-go/greenify/runtime"

var _ = green.Register("mixed", "VERSION")

func f() { green.Yield() }
