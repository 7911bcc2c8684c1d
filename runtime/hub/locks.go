//go:build greenify_hub

package runtime

import "unsafe"

// Who holds a lock, in a build with -locks: each sync.Mutex and RWMutex knows
// (internal/sync/greenify_locks.go and sync's).

// hubLock and hubReaders have the layout of those there.
type hubLock struct {
	holder    uint64
	at, first hubPlace
	handed    bool
}

type hubReaders struct {
	readers [8]struct {
		id uint64
		at hubPlace
	}
	unsure bool
}

//go:linkname isync_hubHolder internal/sync.hubHolder
func isync_hubHolder() uint64 { return getg().goid }

//go:linkname sync_hubHolder sync.hubHolder
func sync_hubHolder() uint64 { return getg().goid }

//go:linkname isync_hubHere internal/sync.hubHere
func isync_hubHere() hubPlace { return hubHere() }

//go:linkname sync_hubHere sync.hubHere
func sync_hubHere() hubPlace { return hubHere() }

// A hubHolder holds a lock.
type hubHolder struct {
	gp *g // nil: it has ended
	id uint64
	at hubPlace // where it was locked
}

// hubHolders returns who holds the lock that gp waits for, for reading if readers is
// set, and where that was first locked, if that is known. They are certain unless
// there were too many readers, or a lock was unlocked by another thread than had
// locked it: it may be so again.
func hubHolders(gp *g) (list [8]hubHolder, n int, readers, certain bool, first hubPlace) {
	addr := gp.waiting.elem.get()
	if addr == nil {
		return
	}
	var m unsafe.Pointer
	switch gp.waitreason {
	case waitReasonSyncMutexLock:
		m = unsafe.Add(addr, -hubMutexSema)
	case waitReasonSyncRWMutexRLock:
		m = unsafe.Add(addr, -hubRWReader)
	case waitReasonSyncRWMutexLock:
		l := (*hubReaders)(unsafe.Add(addr, hubRWReaders-hubRWWriter))
		for i := range l.readers {
			if r := &l.readers[i]; r.id != 0 {
				list[n] = hubHolder{hubGoroutine(r.id), r.id, r.at}
				n++
			}
		}
		return list, n, true, !l.unsure, 0
	}
	l := (*hubLock)(unsafe.Add(m, hubMutexLock))
	if l.holder != 0 {
		list[0] = hubHolder{hubGoroutine(l.holder), l.holder, l.at}
		n = 1
	}
	return list, n, false, !l.handed, l.first
}

// hubGoroutine returns the goroutine of that number, nil if it has ended.
func hubGoroutine(id uint64) *g {
	e := &hubByID[id%uint64(len(hubByID))]
	is := func(gp *g) bool { return gp.goid == id && readgstatus(gp)&^_Gscan != _Gdead }
	if e.id != id || e.gp != 0 && !is(e.gp.ptr()) {
		e.id, e.gp = id, 0
		forEachGRace(func(gp *g) {
			if is(gp) {
				e.gp.set(gp)
			}
		})
	}
	return e.gp.ptr()
}

// hubByID remembers what was looked up, as many threads may wait for one.
var hubByID [256]struct {
	id uint64
	gp guintptr
}

// hubPrintHolders prints who holds the lock that gp waits for.
func hubPrintHolders(gp *g) {
	list, n, readers, certain, first := hubHolders(gp)
	first.print("first locked")
	what := ", held by thread "
	if readers {
		if !certain { // some are not in the list, or have left
			print(", held for reading")
			return
		}
		what = ", held for reading by thread "
	}
	for _, h := range list[:n] {
		print(what, h.id)
		if h.gp == nil {
			print(", which has ended")
		}
		h.at.print("locked")
		what = ", thread "
	}
}

// hubUnreleased reports whether gp waits for a lock that nobody unlocks: a holder has
// ended, or is stuck as mark says.
func hubUnreleased(gp *g, mark int8) bool {
	list, n, _, certain, _ := hubHolders(gp)
	if mark == stuckLocked && !certain {
		return false
	}
	for _, h := range list[:n] {
		if h.gp == nil || h.gp.hub.report.stuck >= mark {
			return true
		}
	}
	return false
}
