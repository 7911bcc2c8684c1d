//go:build greenify_hub

package runtime

import "internal/stringslite"

// hubSettings are the parts of the GREENIFY variable, GODEBUG style.
var hubSettings struct {
	off   bool // off: run as plain Go
	stats bool // stats=1: print the hub's statistics at exit
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
		default:
			print("greenify: unknown setting ")
			printindented(field)
			print(" in GREENIFY; known are off, stats=1\n")
			exit(2)
		}
	}
	if hubSettings.off {
		return
	}
	lockInit(&hub.lock, lockRankLeafRank)
	gp := getg()
	hub.on = true
	hub.busy = true
	hub.holder.set(gp)
	hubAdmit(gp, 0)
	gp.hub.green = true
	gp.hub.owner = true
}

// hubScope says whose go statements start green threads; the build sets it.
const hubScope = hubScopeAll

const (
	hubScopeAll  = iota // every package
	hubScopeDeps        // all but the standard library
	hubScopeMain        // the main module
)

// hubInScope reports whether the go statement at pc starts a green thread.
func hubInScope(pc uintptr) bool {
	return true
}

// hubStats prints the statistics if asked for. Called at exit.
func hubStats() {
	if !hubSettings.stats {
		return
	}
	print("greenify: threads=", hub.spawned.Load(), " peak=", hub.peak.Load(),
		" switches=", hub.switches, " yields=", hub.yields, " rescued=", hub.rescued.Load(), "\n")
}
