//go:build greenify_hub

package runtime

// Module groups: which waits yield (hubGroups, in the generated file). A wait of a group
// that is not patched keeps the hub, so everybody waits, as with a module that
// eventlet.monkey_patch left out. Native goroutines go on.
const (
	hubGroupOS       = 1 << iota // descriptors of package os
	hubGroupSelect               // select
	hubGroupSocket               // descriptors of package net
	hubGroupThread               // semaphores and condition variables: sync
	hubGroupTime                 // time.Sleep
	hubGroupProcess              // leaf rules only
	hubGroupSignal               // leaf rules only
	hubGroupDNS                  // leaf rules only
	hubGroupDB                   // leaf rules only
	hubGroupBuiltins             // channel operations
	hubGroupNone                 // waits that no group is asked for: they always yield
	hubGroupAll      = hubGroupNone<<1 - 1
)

// yieldPoint says for each wait reason whether the wait lets other green
// threads run: by its module groups for what a program asks for, 0
// for the runtime's own business in the middle of an allocation or a collection.
var yieldPoint = [len(waitReasonStrings)]uint16{
	waitReasonIOWait:                hubGroupOS | hubGroupSocket,
	waitReasonSemacquire:            hubGroupThread,
	waitReasonSleep:                 hubGroupTime,
	waitReasonChanReceiveNilChan:    hubGroupBuiltins,
	waitReasonChanSendNilChan:       hubGroupBuiltins,
	waitReasonSelectNoCases:         hubGroupSelect,
	waitReasonSelect:                hubGroupSelect,
	waitReasonChanReceive:           hubGroupBuiltins,
	waitReasonChanSend:              hubGroupBuiltins,
	waitReasonSyncCondWait:          hubGroupThread,
	waitReasonSyncMutexLock:         hubGroupThread,
	waitReasonSyncRWMutexRLock:      hubGroupThread,
	waitReasonSyncRWMutexLock:       hubGroupThread,
	waitReasonSyncWaitGroupWait:     hubGroupThread,
	waitReasonTraceReaderBlocked:    hubGroupNone,
	waitReasonPanicWait:             hubGroupNone,
	waitReasonSynctestRun:           hubGroupThread,
	waitReasonSynctestWait:          hubGroupThread,
	waitReasonSynctestChanReceive:   hubGroupBuiltins,
	waitReasonSynctestChanSend:      hubGroupBuiltins,
	waitReasonSynctestSelect:        hubGroupSelect,
	waitReasonSynctestWaitGroupWait: hubGroupThread,
}

// hubHold makes the waits of the current goroutine keep the hub, or ends that:
// n is 1 or -1. Called around the waits of descriptors if only one of the groups
// os and socket is patched, for they have one wait reason.
func hubHold(n int8) { getg().hub.hold += n }

// hubKeeps returns the group because of which the waiting gp keeps the hub; ""
// if it does not, or for the runtime's own reasons.
func hubKeeps(gp *g) string {
	if !gp.hub.owner {
		return ""
	}
	switch groups := yieldPoint[gp.waitreason]; {
	case groups&hubGroupOS != 0 && hubGroups&hubGroupOS == 0:
		return "os"
	case groups&hubGroupSocket != 0 && hubGroups&hubGroupSocket == 0:
		return "socket"
	case groups&hubGroups != 0:
		return ""
	case groups&hubGroupSelect != 0:
		return "select"
	case groups&hubGroupThread != 0:
		return "thread"
	case groups&hubGroupTime != 0:
		return "time"
	case groups&hubGroupBuiltins != 0:
		return "builtins"
	}
	return ""
}

// hubKeepsIn reports whether gp, the owner, keeps the hub in the wait whose reason it has.
func hubKeepsIn(gp *g) bool {
	return gp.hub.hold != 0 || yieldPoint[gp.waitreason]&hubGroups == 0
}

// hubStuck reports that gp is ready but cannot run, because another thread keeps
// the hub while it waits. checkdead counts it as waiting.
func hubStuck(gp *g) bool {
	holder := hub.holder.ptr()
	return gp.hub.green && !gp.hub.owner && holder != nil && readgstatus(holder)&^_Gscan == _Gwaiting
}
