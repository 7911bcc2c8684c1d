//go:build greenify_hub && greenify_sim

package runtime

import (
	"internal/runtime/atomic"
	"internal/runtime/syscall/linux"
	"unsafe"
)

// The simulated network, this side of it: descriptors, and who waits for them. What
// sockets do is package syscall's (syscall/sim.go); their numbers come from a range of
// their own, so that a descriptor of the kernel's is told by one comparison.
//
// internal/poll is as ever: a simulated descriptor has a pollDesc, which the kernel's
// poller never hears of. The thread whose system call makes it ready wakes who waits.
//
// A simulated descriptor may become one of the kernel's, as when it turns out that a
// connection leaves the process. It keeps its number, and calls are made with the other.

type hubNetFile struct {
	poll *pollDesc
	real int32 // the kernel's descriptor, and 1
}

// hubNetFiles are the simulated descriptors, for package syscall as well. Who owns the
// hub owns it.
//
//go:linkname hubNetFiles
var hubNetFiles [linux.HubSimFiles]hubNetFile

// hubNetSimulated reports whether calls with a descriptor are simulated.
func hubNetSimulated(fd uintptr) bool {
	i := fd - linux.HubSimBase
	return i < linux.HubSimFiles && hubNetFiles[i].real == 0
}

// hubNetOpen is called before the kernel's poller is told of a descriptor. It returns the
// descriptor to tell of. That of a simulated one is no descriptor of the kernel's, which then
// has nothing to poll.
func hubNetOpen(fd uintptr, pd *pollDesc) uintptr {
	i := fd - linux.HubSimBase
	pd.hubKin = i >= linux.HubSimFiles && hubKinDescriptor(fd)
	if i >= linux.HubSimFiles {
		return fd
	}
	f := &hubNetFiles[i]
	f.poll = pd
	if f.real != 0 {
		pd.hubKin = hubKinDescriptor(uintptr(f.real - 1))
		return uintptr(f.real - 1)
	}
	hubNetReady(i, 'r'+'w') // whoever finds that it is not waits again
	return fd
}

// hubNetClose is called before the kernel's poller forgets a descriptor.
func hubNetClose(fd uintptr) uintptr {
	i := fd - linux.HubSimBase
	if i >= linux.HubSimFiles {
		return fd
	}
	f := &hubNetFiles[i]
	f.poll = nil
	if f.real != 0 {
		return uintptr(f.real - 1)
	}
	return fd
}

// hubNetReady wakes who waits in the poller for a simulated descriptor.
//
//go:linkname hubNetReady syscall.hubNetReady
func hubNetReady(i uintptr, mode int32) {
	pd := hubNetFiles[i].poll
	if pd == nil {
		return
	}
	var delta int32 // stays 0
	for _, m := range [2]int32{'r', 'w'} {
		if mode == m || mode == 'r'+'w' {
			if gp := netpollunblock(pd, m, true, &delta); gp != nil {
				netpollgoready(gp, 1)
			}
		}
	}
}

// hubNetConvert makes simulated descriptor i one of the kernel's.
//
//go:linkname hubNetConvert syscall.hubNetConvert
func hubNetConvert(i uintptr, real int32) {
	f := &hubNetFiles[i]
	hubNetReady(i, 'r'+'w') // they are not counted as waiting for the kernel's
	f.real = real + 1
	if f.poll != nil {
		netpollopen(uintptr(real), f.poll)
	}
}

// hubNetCommit returns what netpollblock parks with. Who waits for a simulated descriptor
// is not counted: nobody else waits for the kernel because of it.
func hubNetCommit(pd *pollDesc) func(gp *g, gpp unsafe.Pointer) bool {
	if hubNetSimulated(pd.fd) {
		return hubNetParks
	}
	hubRealAt(hubRealWait)
	if pd.hubKin {
		return hubChildCommit
	}
	return netpollblockcommit
}

// hubNetWoken is called as a thread no longer waits for a descriptor. It reports whether that was
// one of the kernel's.
func hubNetWoken(pd *pollDesc) bool {
	if pd.hubKin {
		hubChild.waits.Add(-1)
	}
	return !hubNetSimulated(pd.fd)
}

func hubNetParks(gp *g, gpp unsafe.Pointer) bool {
	return atomic.Casuintptr((*uintptr)(gpp), pdWait, uintptr(unsafe.Pointer(gp)))
}

// hubNetStack returns the bounds of the stack, 0 if system calls are not simulated or not
// of the thread that runs on it.
//
//go:linkname hubNetStack syscall.hubNetStack
//go:nosplit
func hubNetStack() (lo, hi uintptr) {
	gp := getg()
	if hubSim.clock == 0 || hubSelf.outside || gp.m.curg != gp || gp.syscallsp != 0 {
		return 0, 0
	}
	return gp.stack.lo, gp.stack.hi
}

// hubNetEnter enters the hub, if the thread has left it: a simulated call needs it. It
// reports whether it did.
//
//go:linkname hubNetEnter syscall.hubNetEnter
func hubNetEnter() bool {
	if getg().hub.owner {
		return false
	}
	hubEnter(true)
	return true
}

//go:linkname hubNetLeave syscall.hubNetLeave
func hubNetLeave(entered bool) {
	if entered {
		hubLeft()
	}
}

// hubNetAt is a point, before a call on a socket or pipe.
//
//go:linkname hubNetAt syscall.hubNetAt
func hubNetAt(object unsafe.Pointer) { hubAt(object) }

// hubNetDraw draws a number below n.
//
//go:linkname hubNetDraw syscall.hubNetDraw
func hubNetDraw(n uint64) uint64 { return hubSimWord() % n }

// hubNetEpoch is the number of the schedule that runs, 0 outside.
//
//go:linkname hubNetEpoch syscall.hubNetEpoch
func hubNetEpoch() uint32 {
	if !hubSim.on {
		return 0
	}
	return hubSim.epoch
}

// hubNetSelf names the calling thread, for hubNetWake.
//
//go:linkname hubNetSelf syscall.hubNetSelf
func hubNetSelf() uintptr { return uintptr(unsafe.Pointer(getg())) }

// hubNetPark parks the thread, in a call that is to wait, until a time; if that is negative,
// for ever.
//
//go:linkname hubNetPark syscall.hubNetPark
func hubNetPark(until int64) {
	if until < 0 {
		gopark(nil, nil, waitReasonIOWait, traceBlockNet, 2)
		return
	}
	t := new(timer)
	t.init(hubNetLate, getg())
	t.modify(until, 0, nil, nil, 0)
	gopark(nil, nil, waitReasonIOWait, traceBlockNet, 2)
	t.stop()
}

func hubNetLate(gp any, seq uintptr, delta int64) { hubNetWake(uintptr(unsafe.Pointer(gp.(*g)))) }

//go:linkname hubNetNow syscall.hubNetNow
func hubNetNow() int64 { return nanotime() }

//go:linkname hubNetWake syscall.hubNetWake
func hubNetWake(thread uintptr) {
	if gp := (guintptr(thread)).ptr(); readgstatus(gp) == _Gwaiting && gp.waitreason == waitReasonIOWait {
		goready(gp, 1)
	}
}
