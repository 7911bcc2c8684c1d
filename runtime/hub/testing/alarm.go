//go:build greenify_hub

package testing

import (
	"time"
	_ "unsafe" // for linkname
)

//go:linkname hubAfterFunc time.hubAfterFunc
var hubAfterFunc func(time.Duration, func()) *time.Timer

// hubTest says that this is a test binary.
//
//go:linkname hubTest runtime.hubTest
func hubTest()

// hubTestEnd reports deadlocks of some threads.
//
//go:linkname hubTestEnd runtime.hubTestEnd
var hubTestEnd func()
