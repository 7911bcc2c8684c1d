//go:build greenify_hub

package runtime

import (
	"internal/runtime/atomic"
	"internal/strconv"
	"internal/stringslite"
)

// hubSettings are the parts of the GREENIFY variable, GODEBUG style; package
// setting has their table.
var hubSettings struct {
	off   bool
	stats bool
	races bool
}

// hubKnown lists the settings; set by the build.
const hubKnown = ""

// hubInit turns the calling goroutine, main, into the first green thread.
// Called by runtime.main before any package of the program is initialized.
func hubInit() {
	hubPool.size = hubPoolDefault
	for s := gogetenv("GREENIFY"); s != ""; {
		field := s
		if i := stringslite.IndexByte(s, ','); i >= 0 {
			field, s = s[:i], s[i+1:]
		} else {
			s = ""
		}
		if field != "" && !hubSet(field) {
			print("greenify: unknown setting ")
			printindented(field)
			print(" in GREENIFY; known are ", hubKnown, "\n")
			exit(2)
		}
	}
	hub.manifest = hubManifest
	if hubSettings.off {
		return
	}
	lockInit(&hub.lock, lockRankLeafRank)
	lockInit(&hubBlock.lock, lockRankLeafRank)
	lockInit(&hubPatrol.lock, lockRankLeafRank)
	lockInit(&hubPool.lock, lockRankLeafRank)
	lockInit(&hubPlaceTable.lock, lockRankLeafRank)
	hubInitScope()
	hubAdminStart()
	if hubPatrol.period > 0 {
		go hubPatrolServe()
	}
	hubTraceStart()
	gp := getg()
	hub.on = true
	hub.busy = true
	hub.last.set(gp)
	hubAdmit(gp)
	gp.hub.green = true
	hubOwn(gp)
}

// hubSet reads one setting. It reports false for a wrong key or value.
func hubSet(field string) bool {
	key, value := field, ""
	if i := stringslite.IndexByte(field, '='); i >= 0 {
		key, value = field[:i], field[i+1:]
	}
	switch key {
	case "off":
		hubSettings.off = true
		return field == "off"
	case "stats":
		hubSettings.stats = true
		return value == "1"
	case "races":
		hubSettings.races = true
		return value == "1"
	case "made":
		hubMade = 1
		if value == "0" {
			hubMade = -1
		}
		return value == "0" || value == "1"
	case "admin":
		return hubSetAdmin(value)
	case "trace":
		hubTrace.file = &append([]byte(value), 0)[0]
		return value != ""
	case "offload":
		n, err := strconv.Atoi(value)
		hubPool.size = int32(n)
		return err == nil && 0 < n && n < 1<<20
	case "deadlock":
		return hubSetPatrol(value)
	case "blocked":
		return hubDuration(value, &hubBlock.limit)
	}
	return false
}

// hubDuration reads a whole number of us, ms or s into nanoseconds, or 0.
func hubDuration(s string, to *int64) bool {
	i := 0
	for i < len(s) && '0' <= s[i] && s[i] <= '9' {
		i++
	}
	n, err := strconv.Atoi(s[:i])
	ok := err == nil
	unit := int64(1)
	switch s[i:] {
	case "us":
		unit = 1e3
	case "ms":
		unit = 1e6
	case "s":
		unit = 1e9
	case "":
		ok = ok && n == 0 // 0 needs no unit
	default:
		return false
	}
	*to = int64(n) * unit
	return ok && int64(n) <= (1<<63-1)/unit
}

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

// hubAtExit is called as the program exits.
func hubAtExit() {
	hubAdminEnd()
	hubTraceEnd()
	hubStats()
}

// hubStats prints the statistics if asked for.
func hubStats() {
	if !hubSettings.stats {
		return
	}
	print("greenify: threads=", hub.spawned.Load(), " peak=", hub.peak.Load(),
		" switches=", hub.switches, " yields=", hub.yields, " rescued=", hub.rescued.Load(),
		" mthreads=", hubSampled, "\n")
}
