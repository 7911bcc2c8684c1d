//go:build greenify_hub

package testing

import (
	"time"
	_ "unsafe" // for linkname
)

//go:linkname hubAfterFunc time.hubAfterFunc
var hubAfterFunc func(time.Duration, func()) *time.Timer

// hubBlockedDefault is the limit of the hub's watchdog, in nanoseconds, unless
// GREENIFY has another.
//
//go:linkname hubBlockedDefault runtime.hubBlockedDefault
var hubBlockedDefault int64

// hubTestEnd reports deadlocks of some threads.
//
//go:linkname hubTestEnd runtime.hubTestEnd
var hubTestEnd func()
