//go:build greenify_hub

package runtime

// The queue: which thread is next. Ready threads take their turns first in, first
// out. Who owns the hub uses hub.runq without a lock; all others queue in
// hub.remote, which the owner empties into it.

// hubNext takes the next ready thread and makes it the owner. It returns nil,
// and the hub is idle, when none is ready. The caller owns the hub.
//
//go:nowritebarrierrec
func hubNext() *g {
	if hub.nremote.Load() != 0 {
		hubDrain()
	}
	gp := hub.runq.pop()
	hubLate = 0
	if gp == nil {
		lock(&hub.lock)
		if hub.remote.empty() {
			hub.busy = false
			hub.holder = 0
			unlock(&hub.lock)
			return nil
		}
		hub.runq, hub.remote = hub.remote, gQueue{}
		hub.nremote.Store(0)
		unlock(&hub.lock)
		gp = hub.runq.pop()
	}
	hubOwn(gp)
	return gp
}

// hubDrain moves the threads that others queued behind those already here.
func hubDrain() {
	lock(&hub.lock)
	hub.runq.pushBackAll(hub.remote)
	hub.remote = gQueue{}
	hub.nremote.Store(0)
	unlock(&hub.lock)
}

// hubWaiting reports whether ready threads wait for the hub, so that sysmon
// stays awake to rescue it.
func hubWaiting() bool {
	return hub.busy && (hub.nremote.Load() != 0 || !hub.runq.empty())
}
