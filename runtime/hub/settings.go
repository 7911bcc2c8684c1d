//go:build greenify_hub

package runtime

import (
	"internal/runtime/atomic"
	"internal/stringslite"
)

// hubSettings are the parts of the GREENIFY variable, GODEBUG style.
var hubSettings struct {
	off   bool // off: run as plain Go
	stats bool // stats=1: print the hub's statistics at exit
	races bool // races=1: let the race detector report what it would of plain Go
}

// hubInit turns the calling goroutine, main, into the first green thread.
// Called by runtime.main before any package of the program is initialized.
func hubInit() {
	for s := gogetenv("GREENIFY"); s != ""; {
		field := s
		if i := stringslite.IndexByte(s, ','); i >= 0 {
			field, s = s[:i], s[i+1:]
		} else {
			s = ""
		}
		switch field {
		case "":
		case "off":
			hubSettings.off = true
		case "stats=1":
			hubSettings.stats = true
		case "races=1":
			hubSettings.races = true
		default:
			print("greenify: unknown setting ")
			printindented(field)
			print(" in GREENIFY; known are off, races=1, stats=1\n")
			exit(2)
		}
	}
	if hubSettings.off {
		return
	}
	lockInit(&hub.lock, lockRankLeafRank)
	hubInitScope()
	gp := getg()
	hub.on = true
	hub.busy = true
	hub.last.set(gp)
	hubAdmit(gp, 0)
	gp.hub.green = true
	hubOwn(gp)
}

// hubSampled is the largest number of OS threads seen in user code at once.
var hubSampled int

// hubSample counts the OS threads that run user code now. sysmon calls it at
// each of its rounds while statistics are asked for, in plain mode too, so that
// the two can be compared.
func hubSample() {
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

// hubStats prints the statistics if asked for. Called at exit.
func hubStats() {
	if !hubSettings.stats {
		return
	}
	print("greenify: threads=", hub.spawned.Load(), " peak=", hub.peak.Load(),
		" switches=", hub.switches, " yields=", hub.yields, " rescued=", hub.rescued.Load(),
		" mthreads=", hubSampled, "\n")
}
