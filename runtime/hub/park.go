//go:build greenify_hub

package runtime

// yieldPoint says for each wait reason whether the wait lets other green
// threads run: true for what a program asks for, false for the runtime's own
// business in the middle of an allocation or a collection.
var yieldPoint = [len(waitReasonStrings)]bool{
	waitReasonIOWait:                true,
	waitReasonSemacquire:            true,
	waitReasonSleep:                 true,
	waitReasonChanReceiveNilChan:    true,
	waitReasonChanSendNilChan:       true,
	waitReasonSelectNoCases:         true,
	waitReasonSelect:                true,
	waitReasonChanReceive:           true,
	waitReasonChanSend:              true,
	waitReasonSyncCondWait:          true,
	waitReasonSyncMutexLock:         true,
	waitReasonSyncRWMutexRLock:      true,
	waitReasonSyncRWMutexLock:       true,
	waitReasonSyncWaitGroupWait:     true,
	waitReasonTraceReaderBlocked:    true,
	waitReasonPanicWait:             true,
	waitReasonSynctestRun:           true,
	waitReasonSynctestWait:          true,
	waitReasonSynctestChanReceive:   true,
	waitReasonSynctestChanSend:      true,
	waitReasonSynctestSelect:        true,
	waitReasonSynctestWaitGroupWait: true,
}

// hubRelease is called as a goroutine parks, before anybody can wake it. It
// reports whether the goroutine owned the hub and this is a yield point; the
// caller then owns the hub and must call hubPass, or hubKeep if the wait turns
// out not to happen.
func hubRelease(gp *g) bool {
	if !gp.hub.owner || gp.hub.hold != 0 || !yieldPoint[gp.waitreason] {
		return false
	}
	gp.hub.owner = false
	gp.hub.since = hubNow.Load()
	hub.yields++
	return true
}

// hubKeep undoes hubRelease.
func hubKeep(gp *g) {
	gp.hub.owner = true
}

// hubYield puts a runnable owner behind the ready threads and runs the first
// of them. It does not return. (runtime.Gosched)
func hubYield(gp *g) {
	gp.hub.owner = false
	hub.yields++
	hub.runq.pushBack(gp)
	hubPass()
}

// hubEnd is called as a goroutine ends, before it is destroyed. It reports
// whether the caller now owns the hub and must call hubPass. If the M is to
// die with its goroutine, the hub is passed on here.
func hubEnd(gp *g) bool {
	owner := gp.hub.owner
	if gp.hub.ran {
		hub.alive.Add(-1)
	}
	locked := gp.lockedm != 0
	gp.hub = hubState{}
	if owner && locked {
		if next := hubNext(); next != nil {
			runqput(getg().m.p.ptr(), next, false)
			wakep()
		}
		return false
	}
	return owner
}

// hubMove moves the hub from a goroutine to the one it switches to by
// coroswitch (iter.Pull): the iterator's goroutine acts for its caller, so it
// is what the caller is.
func hubMove(from, to hubState) hubState {
	to.green, to.owner = from.green, from.owner
	return to
}
