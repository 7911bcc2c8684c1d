//go:build greenify_hub

package each

import "sync"

// hubRelock locks a lock that the caller's callers will unlock.
func hubRelock(l sync.Locker) {
	hubUncut(1)
	defer hubUncut(-1)
	l.Lock()
}
