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
// make all that read slow: leaving costs about 10 us. A place whose calls have become
// short, or were rescued only because the machine was busy, is forgotten again.

// hubSites is how many places there are. Package syscall has the same variable.
//
//go:linkname hubSites
var hubSites uint32

var hubSiteTable [256]struct {
	place atomic.Uintptr // 0: none. sysmon writes it
	slow  atomic.Int32   // 0 to hubSlowMost (hubSiteCount)
}

const (
	hubSlowTimes = 2 // how often a call may be rescued
	hubSlowMost  = 8 // how slow a slow place is: 7 short calls in a row forget it
)

// hubSlowCall is the call that a thread has left the hub for, as one of a slow place.
type hubSlowCall struct {
	place uint16 // 1 + the place's index in hubSiteTable; 0: none
	since uint32 // when it left, in units of 2^hubSlowUnit ns
}

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
	for n := range uintptr(len(hubSiteTable)) {
		i := (h>>1 + n) % uintptr(len(hubSiteTable))
		s := &hubSiteTable[i]
		if s.place.Load() == 0 {
			s.place.Store(h)
		}
		if s.place.Load() == h {
			hubSiteCount(i, true)
			return
		}
	}
}

// hubSiteCount counts a call of place i that was slow, or was short. One that is slow
// makes a slow place as slow as it can be: so it takes several in a row that are short
// to forget a place, and not the one in between.
//
// Inv: hubSites is the number of places at or above hubSlowTimes: each step over that
// line is one CompareAndSwap.
//
//go:nosplit
func hubSiteCount(i uintptr, slow bool) {
	s := &hubSiteTable[i]
	for {
		n := s.slow.Load()
		to := max(n-1, 0)
		if slow {
			if to = n + 1; to >= hubSlowTimes {
				to = hubSlowMost
			}
		}
		if !s.slow.CompareAndSwap(n, to) {
			continue
		}
		switch before, now := n >= hubSlowTimes, to >= hubSlowTimes; {
		case now && !before:
			atomic.Xadd(&hubSites, 1)
		case before && !now:
			atomic.Xadd(&hubSites, -1)
		}
		return
	}
}

// hubSiteSlow reports whether the owner is to leave the hub for the call whose frame is
// bp, because it was rescued twice. hubSiteLeft and hubSiteBack measure it then.
//
//go:nosplit
func hubSiteSlow(bp uintptr) bool {
	gp := getg()
	h := hubSite(gp, bp)
	for n := range uintptr(len(hubSiteTable)) {
		i := (h>>1 + n) % uintptr(len(hubSiteTable))
		s := &hubSiteTable[i]
		switch s.place.Load() {
		case 0:
			return false
		case h:
			slow := s.slow.Load() >= hubSlowTimes
			if slow {
				gp.hub.slow.place = uint16(i + 1)
			}
			return slow
		}
	}
	return false
}

// hubSiteLeft is called as gp has left the hub for a call.
func hubSiteLeft(gp *g) {
	if gp.hub.slow.place != 0 {
		gp.hub.slow.since = hubSlowNow()
	}
}

// hubSiteBack is called as the current thread is back from such a call, before it waits
// for a P: that can take long, too.
//
//go:nosplit
func hubSiteBack() {
	gp := getg()
	i := gp.hub.slow.place
	gp.hub.slow.place = 0
	hubSiteCount(uintptr(i-1), hubSlowNow()-gp.hub.slow.since >= rescueDelay>>hubSlowUnit)
}

// hubSlowUnit is the binary logarithm of a unit of hubSlowCall.since in nanoseconds, of which there
// are an hour's.
const hubSlowUnit = 10

//go:nosplit
func hubSlowNow() uint32 { return uint32(nanotime() >> hubSlowUnit) }

// hubLeavesAtOnce reports whether the owner may leave the hub for a call.
//
//go:nosplit
func hubLeavesAtOnce() bool {
	gp := getg()
	return gp.hub.owner && gp.hub.hold == 0 && !hubIsStrict(gp)
}

// syscall_hubLeaves is called by syscall.hubWaits, which Syscall calls.
//
//go:linkname syscall_hubLeaves syscall.hubLeaves
//go:nosplit
func syscall_hubLeaves(waits bool) bool {
	leaves := hubLeavesAtOnce() && (waits || hubSiteSlow(*(*uintptr)(unsafe.Pointer(getcallerfp()))))
	if leaves {
		hubRealWaits()
	}
	return leaves
}
