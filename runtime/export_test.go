//go:build !greenify

package green

import (
	"fmt"
	"time"
)

// SetRescueDelay is called before any thread is ready.
func SetRescueDelay(d time.Duration) { rescueDelay = d }

// CheckHub returns what is wrong with the baton's bookkeeping; "" if nothing is. The
// caller has the baton.
func CheckHub() string {
	t := self()
	hub.mu.Lock()
	defer hub.mu.Unlock()
	out, lost := 0, 0
	for t := hub.alive; t != nil; t = t.next {
		if t.wait != "" {
			out++
		}
		if t.lost {
			lost++
		}
	}
	switch {
	case t == nil || t.pool != workers{}:
		return "the caller is not in the hub"
	case hub.owner.Load() != t || hub.holder != t || !hub.held || t.wait != "" || t.lost:
		return fmt.Sprintf("the caller has the baton: owner %t, holder %t, held %t, wait %q, lost %t",
			hub.owner.Load() == t, hub.holder == t, hub.held, t.wait, t.lost)
	case hub.out != out:
		return fmt.Sprintf("%d threads wait natively, not %d", out, hub.out)
	case len(hub.lostThreads) != lost || int(hub.lost.Load()) != lost:
		return fmt.Sprintf("%d threads are lost, not %d and %d", lost, len(hub.lostThreads), hub.lost.Load())
	}
	return ""
}
