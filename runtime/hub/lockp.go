//go:build greenify_hub

package runtime

import (
	"internal/runtime/atomic"
	"unsafe"
)

// hubOneP tells that the current M has the only P. That holds until the goroutine can be preempted:
// package runtime is not but in the prologue of a function, and is not there while m.locks is not 0.
//
//go:nosplit
func hubOneP() bool { return gomaxprocs == 1 && getg().m.p != 0 }

// hubLockP is lock for a mutex that only an M with a P takes, as those of channels, semaphores
// and Conds, which a program's code takes. With GOMAXPROCS=1 there is one P, so nobody else can
// be inside, and none of two locked instructions is needed:
//
//   - Nobody else gets the P before hubUnlockP. What takes one from a running M stops the world
//     or preempts the goroutine, and that waits while m.locks is not 0; a P is retaken beside only
//     of an M in a system call, and none is made with a mutex locked.
//   - A goroutine that parks unlocks behind the switch to g0 (hubParkunlockP, chanparkcommit), on
//     the same M and with the same P.
//   - The number of P's changes only while the world is stopped, so not in between either: who
//     has locked with one unlocks with one.
//   - Who takes such a mutex by lock (a stack that is copied, a kill) has the P as well.
//   - Ms without a P (sysmon, those behind a system call, the idle poller's) take none: they make
//     threads ready, which takes hub.lock and sched.lock. An M that does is found out here.
//
// m.locks comes first, for what hubOneP says may be otherwise behind a call.
func hubLockP(l *mutex) {
	getg().m.locks++
	if !hubOneP() {
		hubLockSlow(l)
	}
}

// hubLockSlow locks with more than one P. m.locks has one too many.
//
//go:noinline
func hubLockSlow(l *mutex) {
	if gomaxprocs == 1 {
		throw("greenify: a mutex of channels or semaphores is locked without a P")
	}
	lock(l)
	getg().m.locks--
}

// hubUnlockP is unlock for what hubLockP has locked.
func hubUnlockP(l *mutex) {
	if gomaxprocs != 1 || getg().preempt {
		hubUnlockSlow(l)
		return
	}
	getg().m.locks--
}

//go:noinline
func hubUnlockSlow(l *mutex) {
	if gomaxprocs != 1 {
		unlock(l)
		return
	}
	gp := getg()
	gp.m.locks--
	if gp.m.locks == 0 { // as in unlock
		gp.stackguard0 = stackPreempt
	}
}

// hubGoparkunlockP is goparkunlock for what hubLockP has locked.
func hubGoparkunlockP(l *mutex, reason waitReason, traceReason traceBlockReason, traceskip int) {
	gopark(hubParkunlockP, unsafe.Pointer(l), reason, traceReason, traceskip)
}

func hubParkunlockP(gp *g, l unsafe.Pointer) bool {
	hubUnlockP((*mutex)(l))
	return true
}

// hubAddP is an atomic addition to what only Ms with a P change: those who have or wait for
// semaphores. Package runtime is not preempted between the load and the store.
//
//go:nosplit
func hubAddP(addr *uint32, n int32) {
	if !hubOneP() {
		atomic.Xadd(addr, n)
		return
	}
	*addr += uint32(n)
}

// hubSwapP is the compare-and-swap of coroswitch_m, which has loaded the word just before.
//
//go:nosplit
func hubSwapP(word *guintptr, from, to guintptr) bool {
	if !hubOneP() {
		return word.cas(from, to)
	}
	*word = to
	return true
}

// hubWaitersP is the word of a semaphore's number of waiters.
func hubWaitersP(n *atomic.Uint32) *uint32 { return (*uint32)(unsafe.Pointer(n)) }

// hubSemacquireP is cansemacquire with the only P.
//
//go:nosplit
func hubSemacquireP(addr *uint32) bool {
	if *addr == 0 {
		return false
	}
	*addr--
	return true
}
