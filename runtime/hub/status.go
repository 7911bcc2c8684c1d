//go:build greenify_hub

package runtime

import (
	"internal/runtime/atomic"
	"unsafe"
)

// hubSetStatus is casgstatus's compare-and-swap, of which a switch makes three, without a
// locked instruction where nobody else can change the status of gp at the same time.
//
// Each state but two has one owner, who alone may leave it: the one that runs gp, the one that
// has taken it out of what it waits in, or of a queue. Others change a status for three reasons,
// none of which can arise between the load and the store here:
//
//   - A scan of the stack sets _Gscan (suspendG), for a collection that marks, which
//     writeBarrier.enabled tells of, or for the tracer as it begins a generation. Both are
//     switched on while the world is stopped, so not while an M that has a P is here.
//   - _Gsyscall is left by whoever takes the P of a system call (setBlockOnExitSyscall):
//     that status is compared.
//   - An M without a P (sysmon, one that returns from a system call) does not stop for
//     a stopped world: it compares as well.
//
// So who has a P stores, as a release, for who reads the status and then gp. What the status is
// not yet (a park that has not come to its end) is waited for in casgstatus.
//
//go:nosplit
func hubSetStatus(gp *g, from, to uint32) bool {
	if writeBarrier.enabled || trace.enabled || from == _Gsyscall || to == _Gsyscall || getg().m.p == 0 {
		return gp.atomicstatus.CompareAndSwap(from, to)
	}
	if gp.atomicstatus.Load() != from {
		return false
	}
	atomic.StoreRel((*uint32)(unsafe.Pointer(&gp.atomicstatus)), to)
	return true
}

// hubTrackingPeriod is gTrackingPeriod for what the runtime's metrics measure of each so many-th
// run of a goroutine (/sched/latencies, /sync/mutex/wait): the clock is read twice for it, and
// would take a tenth of a switch that comes eight times as often as a native one. It divides 256
// (g.trackingSeq).
const hubTrackingPeriod = 64
