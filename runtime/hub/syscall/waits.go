//go:build greenify_hub

package syscall

import (
	"internal/runtime/syscall/linux"
	"unsafe"
)

// System calls that are made in order to wait leave the hub at once, instead of
// keeping it until they are rescued (runtime/greenify_leave.go). They are known by
// number and arguments. Syscall and Syscall6 ask: what golang.org/x/sys makes passes
// them, too.

// hubSites is not 0 if there are calls that have been rescued twice; of package runtime.
//
//go:linkname hubSites runtime.hubSites
var hubSites uint32

// hubEnds is not 0 while a thread may end as it enters a call; of package runtime.
//
//go:linkname hubEnds runtime.hubEnds
var hubEnds uint32

// hubEndAtEntry ends the thread, if it may end here; provided by package runtime.
//
//go:linkname hubEndAtEntry
func hubEndAtEntry()

// hubLeaves reports whether a call that waits, or if it is not known to, one from a
// place at which it was rescued twice, leaves the hub; provided by package runtime.
//
//go:linkname hubLeaves
func hubLeaves(waits bool) bool

//go:linkname runtime_entersyscallblock runtime.entersyscallblock
func runtime_entersyscallblock()

// hubWaits reports whether a call is to leave the hub at once. Syscall calls it if
// hubCalls has the call or hubSites is not 0.
//
// Inv: Syscall < hubWaits < hubLeaves are three frames (hubLeaves).
//
//go:uintptrkeepalive
//go:nosplit
//go:noinline
//go:norace
func hubWaits(trap, a1, a2, a3, a4, a5 uintptr) bool {
	waits := false
	switch hubCalls[trap%hubCallsLen] {
	case hubAlways:
		waits = true
	case hubUnless2: // flags that say not to wait, by argument
		waits = a2&4 == 0 && a2&8 == 0 && !hubDone(trap, a1, a2|4, 0, 0) // flock: LOCK_NB, LOCK_UN
	case hubUnless3:
		waits = a3&WNOHANG == 0 // wait4
	case hubUnless4:
		waits = a4&WNOHANG == 0 // waitid
	case hubIPC4:
		waits = a4&hubNoWait == 0
	case hubIPC5:
		waits = a5&hubNoWait == 0
	case hubPollMS: // milliseconds
		waits = int32(a3) != 0 && !hubReady(a1, a2)
	case hubPollTime: // a struct of two words; none is for ever
		waits = hubTime(a3) && !hubReady(a1, a2)
	case hubEpollMS:
		waits = int32(a4) != 0 && !hubReadable(a1)
	case hubEpollTime:
		waits = hubTime(a4) && !hubReadable(a1)
	case hubTime3:
		waits = hubTime(a3)
	case hubTime4:
		waits = hubTime(a4)
	case hubTime5:
		waits = hubTime(a5)
	case hubFutex:
		switch a2 &^ (128 | 256) { // FUTEX_PRIVATE_FLAG, FUTEX_CLOCK_REALTIME
		case 0, 6, 9, 11, 13: // WAIT, LOCK_PI, WAIT_BITSET, WAIT_REQUEUE_PI, LOCK_PI2
			waits = true
		}
	case hubFcntl:
		waits = (a2 == F_SETLKW || a2 == 38) && !hubDone(trap, a1, a2-1, a3, 0) // F_OFD_SETLKW; F_SETLK and F_OFD_SETLK are the numbers before
	case hubAccept:
		waits = hubEmpty(a1)
	case hubRead: // a terminal, or a pipe from a shell
		waits = a1 == 0 && hubEmpty(a1)
	case hubRing:
		waits = a3 != 0 && a4&1 != 0 // min_complete, IORING_ENTER_GETEVENTS
	}
	return (waits || hubSites != 0) && hubLeaves(waits)
}

const hubNoWait = 0x800 // IPC_NOWAIT

//go:nosplit
func hubTime(p uintptr) bool {
	return p == 0 || p%unsafe.Alignof(p) != 0 || p < 4096 || *(*[2]uintptr)(unsafe.Pointer(p)) != [2]uintptr{}
}

// hubEmpty reports whether a descriptor waits in its calls and has nothing to read.
//
//go:nosplit
func hubEmpty(fd uintptr) bool {
	if flags, _, errno := linux.Syscall6(SYS_FCNTL, fd, F_GETFL, 0, 0, 0, 0); errno != 0 || flags&O_NONBLOCK != 0 {
		return false
	}
	return !hubReadable(fd)
}

// hubReadable reports whether there is something to read from a descriptor; from one of
// epoll, whether it has events.
//
//go:nosplit
func hubReadable(fd uintptr) bool {
	poll := struct {
		fd              int32
		events, revents int16
	}{int32(fd), 1, 0} // POLLIN
	return hubReady(uintptr(unsafe.Pointer(&poll)), 1)
}

// hubReady reports whether poll returns at once for n descriptors at p, of which it writes
// what poll itself would write.
//
//go:nosplit
func hubReady(p, n uintptr) bool {
	var now [2]uintptr
	ready, _, errno := linux.Syscall6(SYS_PPOLL, p, n, uintptr(unsafe.Pointer(&now)), 0, 0, 0)
	return errno != 0 || ready != 0
}

// hubDone makes a call that asks for a lock without waiting for it, and reports whether
// it has it. Then the call itself, which asks for the same lock, finds that it is
// had already, and changes nothing.
//
//go:nosplit
func hubDone(trap, a1, a2, a3, a4 uintptr) bool {
	_, _, errno := linux.Syscall6(trap, a1, a2, a3, a4, 0, 0)
	return errno == 0
}

const hubCallsLen = 512 // above the numbers

const (
	hubAlways = 1 + iota
	hubUnless2
	hubUnless3
	hubUnless4
	hubIPC4
	hubIPC5
	hubPollMS
	hubPollTime
	hubEpollMS
	hubEpollTime
	hubTime3
	hubTime4
	hubTime5
	hubFutex
	hubFcntl
	hubAccept
	hubRead
	hubRing
)

// hubCalls says by number what makes a call wait.
var hubCalls = [hubCallsLen]uint8{
	SYS_EPOLL_PWAIT:     hubEpollMS,
	441:                 hubEpollTime, // epoll_pwait2
	SYS_PPOLL:           hubPollTime,
	SYS_PSELECT6:        hubTime5,
	SYS_FUTEX:           hubFutex,
	449:                 hubAlways, // futex_waitv
	455:                 hubAlways, // futex_wait
	SYS_NANOSLEEP:       hubAlways,
	SYS_CLOCK_NANOSLEEP: hubAlways,
	SYS_WAIT4:           hubUnless3,
	SYS_WAITID:          hubUnless4,
	SYS_FLOCK:           hubUnless2,
	SYS_FCNTL:           hubFcntl,
	SYS_ACCEPT:          hubAccept,
	SYS_ACCEPT4:         hubAccept,
	SYS_READ:            hubRead,
	SYS_READV:           hubRead,
	SYS_RT_SIGSUSPEND:   hubAlways,
	SYS_RT_SIGTIMEDWAIT: hubTime3,
	SYS_MSGSND:          hubIPC4,
	SYS_MSGRCV:          hubIPC5,
	SYS_SEMOP:           hubAlways,
	SYS_SEMTIMEDOP:      hubTime4,
	SYS_MQ_TIMEDSEND:    hubTime5,
	SYS_MQ_TIMEDRECEIVE: hubTime5,
	SYS_IO_GETEVENTS:    hubTime5,
	426:                 hubRing, // io_uring_enter
	SYS_FSYNC:           hubSyncs,
	SYS_FDATASYNC:       hubSyncs,
	SYS_SYNC_FILE_RANGE: hubSyncs,
	SYS_SYNC:            hubSyncs,
	SYS_MSYNC:           hubSyncs,
	hubSyncfs:           hubSyncs,

	hubEpollWait: hubEpollMS,
	hubPoll:      hubPollMS,
	hubSelect:    hubTime5,
	hubPause:     hubAlways,
}
