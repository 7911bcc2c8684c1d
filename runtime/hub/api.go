//go:build greenify_hub

package runtime

import "unsafe"

// What the public package green asks of the hub (runtime/patched.go there).

//go:linkname green_inHub github.com/greenify-go/greenify/runtime.inHub
func green_inHub() bool { return getg().hub.owner }

//go:linkname green_enabled github.com/greenify-go/greenify/runtime.enabled
func green_enabled() bool { return hub.on }

//go:linkname green_leave github.com/greenify-go/greenify/runtime.leave
func green_leave() bool { return hubLeavePool(&hubPool) }

//go:linkname green_enter github.com/greenify-go/greenify/runtime.enter
func green_enter(left bool) {
	hubEnter(left)
	if getg().hub.kill.state != hubKillNone {
		hubPoint()
	}
}

//go:linkname green_makeWorkers github.com/greenify-go/greenify/runtime.makeWorkers
func green_makeWorkers(size int32) unsafe.Pointer {
	w := &hubWorkers{size: size}
	lockInit(&w.lock, lockRankLeafRank)
	return unsafe.Pointer(w)
}

//go:linkname green_work github.com/greenify-go/greenify/runtime.work
func green_work(w unsafe.Pointer) (before hubPoolPtr, left bool) { return hubWork((*hubWorkers)(w)) }

//go:linkname green_rest github.com/greenify-go/greenify/runtime.rest
func green_rest(w unsafe.Pointer, before hubPoolPtr, left bool) {
	if left {
		green_enter(true)
		return
	}
	hubRest((*hubWorkers)(w), before)
}

// green_giveUp ends the wait for a worker of a goroutine that has called green_work.
// green_work returns then, and green_working reports false. It reports whether that
// goroutine stands in line.
//
//go:linkname green_giveUp github.com/greenify-go/greenify/runtime.giveUp
func green_giveUp(w, gp unsafe.Pointer) (found bool) {
	return hubPoolGiveUp((*hubWorkers)(w), (*g)(gp))
}

//go:linkname green_working github.com/greenify-go/greenify/runtime.working
func green_working() bool { return getg().hub.pool != 0 }

//go:linkname green_self github.com/greenify-go/greenify/runtime.goroutine
func green_self() (gp unsafe.Pointer, goid uint64) {
	return unsafe.Pointer(getg()), getg().goid
}

// green_kill kills a goroutine, not the caller. From outside the hub it waits for
// it first.
//
//go:linkname green_kill github.com/greenify-go/greenify/runtime.kill
func green_kill(gp unsafe.Pointer, goid uint64) (found bool) {
	native, pool := !getg().hub.owner, getg().hub.pool
	if native {
		hubEnter(true)
	}
	if found = hubKill((*g)(gp), goid); found {
		hubCancel((*g)(gp))
	}
	if native {
		hubLeave()
		if pool != 0 {
			hubPoolJoin(pool.ptr())
		}
	}
	return found
}

// green_dying says that from now on the calling thread is not to be killed, and
// reports whether it is: marked, or unwinding.
//
//go:linkname green_dying github.com/greenify-go/greenify/runtime.dying
func green_dying() (killed bool) {
	kill := getg().hub.killed()
	killed = *kill != hubKillNone
	*kill = hubKillDying
	return killed
}

//go:linkname green_local github.com/greenify-go/greenify/runtime.local
func green_local() unsafe.Pointer { return getg().hub.local }

//go:linkname green_setLocal github.com/greenify-go/greenify/runtime.setLocal
func green_setLocal(p unsafe.Pointer) { getg().hub.local = p }

// green_startAt says where the thread is started that the caller starts next: at pc, or
// if that is 0 where the caller was called.
//
//go:linkname green_startAt github.com/greenify-go/greenify/runtime.startAt
func green_startAt(pc uintptr) {
	if getg().hub.birth.starts = hubTextAt(pc); pc == 0 {
		hubStartHere(getfp())
	}
}

//go:linkname sync_hubStartHere sync.hubStartHere
func sync_hubStartHere() {
	if getg().hub.birth.starts == 0 { // green.WaitGo knows better
		hubStartHere(getfp())
	}
}

// green_handled says that the program has a Handle of the calling thread.
//
//go:linkname green_handled github.com/greenify-go/greenify/runtime.handled
func green_handled() { getg().hub.kill.handle = true }

// green_setName names a thread that has not ended.
//
//go:linkname green_setName github.com/greenify-go/greenify/runtime.setName
func green_setName(gp unsafe.Pointer, name *string) {
	h := &(*g)(gp).hub
	h.name = name
	if h.trace != 0 {
		hubTracedOf((*g)(gp)).named = false // once more
	}
}

//go:linkname green_manifest github.com/greenify-go/greenify/runtime.manifest
func green_manifest() string { return hubManifest }

// hubThread has the layout of the public package's record.
type hubThread struct {
	id     uint64
	parent uint64
	gopc   uintptr
	wait   string // wait reason; empty if ready or running
	since  int64  // nanoseconds waited
	owner  bool
	name   *string
}

// green_threads fills buf with the green threads and returns how many there
// are.
//
//go:linkname green_threads github.com/greenify-go/greenify/runtime.threads
func green_threads(buf []hubThread) int {
	n := 0
	now := hubClock()
	forEachG(func(gp *g) {
		status := readgstatus(gp) &^ _Gscan
		if !gp.hub.green || status == _Gdead || status == _Gidle {
			return
		}
		if n < len(buf) {
			t := hubThread{id: gp.goid, parent: gp.parentGoid, gopc: hubStart(gp), owner: gp.hub.owner, name: gp.hub.name}
			if hubParked(gp) {
				t.wait = gp.waitreason.String()
				t.since = int64(now-gp.hub.since) * 1e6
			}
			buf[n] = t
		}
		n++
	})
	return n
}

// green_stats returns the hub's counters, in the order of the public package's
// record.
//
//go:linkname green_stats github.com/greenify-go/greenify/runtime.stats
func green_stats() (spawned, alive, peak, switches, yields, rescued, preempted uint64) {
	return hub.spawned.Load(), uint64(hub.alive.Load()), uint64(hub.peak.Load()), hub.switches, hub.yields, hub.rescued.Load(), hubBusy.count.Load()
}

//go:linkname green_deadlocks github.com/greenify-go/greenify/runtime.deadlocks
func green_deadlocks(list []hubStuckThread, text []byte) (threads, length int) {
	return hubDeadlocks(list, text, hubAllStuck)
}

//go:linkname green_native github.com/greenify-go/greenify/runtime.native
func green_native(f func()) { hubNative(f) }

//go:linkname green_nextBlocked github.com/greenify-go/greenify/runtime.nextBlocked
func green_nextBlocked(b *hubBlocked) { hubNextBlocked(b) }

//go:linkname green_watch github.com/greenify-go/greenify/runtime.watch
func green_watch(limit int64, all bool) (before int64) { return hubWatchAll(limit, all) }

//go:linkname green_watched github.com/greenify-go/greenify/runtime.watched
func green_watched() (rounds, found uint64) { return hubBlock.rounds.Load(), hubBlock.found.Load() }

// The same for packages of the standard library (the folders here).

//go:linkname os_hubLeave os.hubLeave
func os_hubLeave() bool { return hubLeaveQuiet() }

//go:linkname os_hubEnter os.hubEnter
func os_hubEnter(left bool) { hubEnter(left) }

//go:linkname os_hubPolls os.hubPolls
func os_hubPolls() bool {
	gp := getg()
	return gp.hub.owner && gp.hub.hold == 0 && hubGroups&hubGroupOS != 0
}

//go:linkname time_hubNative time.hubNative
func time_hubNative(f func()) { hubNative(f) }

//go:linkname net_hubLeave net.hubLeave
func net_hubLeave() bool { return hubLeaveQuiet() }

//go:linkname net_hubEnter net.hubEnter
func net_hubEnter(left bool) { hubEnter(left) }

//go:linkname poll_hubHold internal/poll.hubHold
func poll_hubHold(n int8) { hubHold(n) }

//go:linkname poll_hubClosed internal/poll.hubClosed
func poll_hubClosed(addr *uint32) {
	semacquire1(addr, false, semaBlockProfile, 0, waitReasonSemacquire)
}

// hubLeaveQuiet is hubLeave for the standard library, which may call it inside
// another one's.
func hubLeaveQuiet() bool {
	gp := getg()
	if !gp.hub.owner {
		return false
	}
	hubStrictly()
	gp.hub.quiet = true
	return hubLeave()
}

// The same by the offload pool, for calls that wait for a disk (-offload=disk).

//go:linkname poll_hubLeavePool internal/poll.hubLeavePool
func poll_hubLeavePool() bool { return hubLeavePoolQuiet() }

//go:linkname poll_hubEnter internal/poll.hubEnter
func poll_hubEnter(left bool) { hubEnter(left) }

//go:linkname os_hubLeavePool os.hubLeavePool
func os_hubLeavePool() bool { return hubLeavePoolQuiet() }

//go:linkname unix_hubLeavePool internal/syscall/unix.hubLeavePool
func unix_hubLeavePool() bool { return hubLeavePoolQuiet() }

//go:linkname unix_hubEnter internal/syscall/unix.hubEnter
func unix_hubEnter(left bool) { hubEnter(left) }

func hubLeavePoolQuiet() bool {
	gp := getg()
	if !gp.hub.owner {
		return false
	}
	hubStrictly()
	gp.hub.quiet = true
	return hubLeavePool(&hubPool)
}
