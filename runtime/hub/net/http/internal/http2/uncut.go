//go:build greenify_hub && go1.27

package http2

import (
	"sync"
	_ "unsafe" // for linkname
)

// hubUncut has a kill of the current thread wait (1), or ends that (-1): around what
// unlocks a lock, waits and locks it again. Provided by package runtime.
//
//go:linkname hubUncut
func hubUncut(n int8)

// hubRelock locks a lock that the caller's callers will unlock.
func hubRelock(l sync.Locker) {
	hubUncut(1)
	defer hubUncut(-1)
	l.Lock()
}
