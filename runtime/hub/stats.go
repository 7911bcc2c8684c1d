//go:build greenify_hub

package runtime

import "internal/runtime/atomic"

// The statistics: GREENIFY=stats=1.

// hubSampled is the largest number of OS threads seen in user code at once.
var hubSampled int

// hubCount counts the OS threads that run user code now. sysmon calls it at
// each of its rounds while statistics are asked for, in plain mode too, so that
// the two can be compared.
func hubCount() {
	n := 0
	lock(&allpLock)
	for _, pp := range allp {
		// The reads are racy, as in retake; a goroutine between two
		// states is missed or counted once.
		if pp == nil || atomic.Load(&pp.status) != _Prunning {
			continue
		}
		mp := pp.m.ptr()
		if mp == nil {
			continue
		}
		gp := mp.curg
		if gp != nil && readgstatus(gp) == _Grunning && (gp.hub.owner || !gp.hub.green) && !gp.hub.quiet && !isSystemGoroutine(gp, false) {
			n++
		}
	}
	unlock(&allpLock)
	hubSampled = max(hubSampled, n)
}

// hubStats prints the statistics if asked for.
func hubStats() {
	if !hubSettings.stats {
		return
	}
	switch w := &hubPrefork; {
	case w.parent:
		return // it prints those of the workers
	case w.number != 0:
		hubWorkerStats()
		return
	}
	print("greenify: threads=", hub.spawned.Load(), " peak=", hub.peak.Load(),
		" switches=", hub.switches, " yields=", hub.yields, " rescued=", hub.rescued.Load(),
		" preempted=", hubBusy.count.Load(), " mthreads=", hubSampled, "\n")
}
