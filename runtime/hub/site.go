//go:build greenify_hub

package runtime

import (
	"internal/runtime/atomic"
	"unsafe"
)

// Places of system calls and calls of C that are slow. A call that was rescued twice
// (sysmon.go) leaves the hub at once the third time: a C function that waits for the
// next frame of a screen or for a C mutex, a read from a terminal, a driver. A place is
// known by the return addresses on the stack, so that one that reads a pipe does not
// make all that read slow: leaving costs about 10 us.

// hubSites is how many places there are. Package syscall has the same variable.
//
//go:linkname hubSites
var hubSites uint32

var hubSiteTable [256]struct {
	place atomic.Uintptr // 0: none. sysmon writes it
	slow  atomic.Uint32  // times it was rescued
}

// hubSlowTimes is how often a call may be rescued.
const hubSlowTimes = 2

// hubSite returns what stands for the place of a call, by the frame of the function
// that calls entersyscall.
//
//go:nosplit
func hubSite(gp *g, bp uintptr) uintptr {
	h := uintptr(14695981039346656037) // FNV
	for range 8 {
		if bp < gp.stack.lo || bp > gp.stack.hi-16 || bp%unsafe.Sizeof(bp) != 0 {
			break
		}
		frame := (*[2]uintptr)(unsafe.Pointer(bp)) // the frame before, and where to return to
		h = (h ^ frame[1]) * 1099511628211
		bp = frame[0]
	}
	return h | 1
}

// hubSiteRescued notes that the call in which gp is was rescued. It is for sysmon.
func hubSiteRescued(gp *g) {
	h := hubSite(gp, gp.syscallbp)
	for i := range uintptr(len(hubSiteTable)) {
		s := &hubSiteTable[(h>>1+i)%uintptr(len(hubSiteTable))]
		if s.place.Load() == 0 {
			s.place.Store(h)
		}
		if s.place.Load() == h {
			if s.slow.Add(1) == hubSlowTimes {
				atomic.Xadd(&hubSites, 1)
			}
			return
		}
	}
}

// hubSiteSlow reports whether the call whose frame is bp was rescued twice.
//
//go:nosplit
func hubSiteSlow(bp uintptr) bool {
	h := hubSite(getg(), bp)
	for i := range uintptr(len(hubSiteTable)) {
		s := &hubSiteTable[(h>>1+i)%uintptr(len(hubSiteTable))]
		switch s.place.Load() {
		case 0:
			return false
		case h:
			return s.slow.Load() >= hubSlowTimes
		}
	}
	return false
}

// hubLeavesAtOnce reports whether the owner may leave the hub for a call.
//
//go:nosplit
func hubLeavesAtOnce() bool {
	gp := getg()
	return gp.hub.owner && gp.hub.hold == 0 && !gp.hub.kill.strict
}

// syscall_hubLeaves is called by syscall.hubWaits, which Syscall calls.
//
//go:linkname syscall_hubLeaves syscall.hubLeaves
//go:nosplit
func syscall_hubLeaves(waits bool) bool {
	return hubLeavesAtOnce() && (waits || hubSiteSlow(*(*uintptr)(unsafe.Pointer(getcallerfp()))))
}
