//go:build greenify_hub

package runtime

// The start of the program, and its end.

// hubInit turns the calling goroutine, main, into the first green thread.
// Called by runtime.main before any package of the program is initialized.
func hubInit() {
	hubPool.size = hubPoolDefault
	hubBlockedDefault = hubUnset("blocked", false)
	hubBusyDefault = hubUnset("busy", false)
	hubPrefork.drain = hubUnset("drain", false)
	hubInitFile()
	hubReadSettings()
	if hubSettings.off {
		hubPrefork.parent = false
		return
	}
	lockInit(&hub.lock, lockRankLeafRank)
	lockInit(&hubBlock.lock, lockRankLeafRank)
	lockInit(&hubPatrol.lock, lockRankLeafRank)
	lockInit(&hubPool.lock, lockRankLeafRank)
	lockInit(&hubTrace.lock, lockRankLeafRank)
	lockInit(&hubPlaceTable.lock, lockRankLeafRank)
	hubInitScope()
	hubInitWorkers()
	hubAdminStart()
	if hubPrefork.parent {
		return // it has no green threads
	}
	if hubPatrol.period > 0 {
		go hubPatrolServe()
	}
	hubTraceStart()
	hubRecordStart()
	hubSimInit()
	// Preempted as a green thread that is not yet the owner, main would queue for a hub
	// that nobody has, for ever.
	mp := acquirem()
	gp := mp.curg
	hub.on = true
	hub.busy = true
	hub.last.set(gp)
	hubAdmit(gp)
	gp.hub.green = true
	hubOwn(gp)
	releasem(mp)
	hubSimProgram()
}

// hubAtExit is called as the program exits.
func hubAtExit() {
	hubAdminEnd()
	hubTraceEnd()
	hubStats()
}
