package rules

// db makes calls into C by database drivers (CgoDrivers) leave the hub at once.
// Drivers in Go need no rule: they wait in connections, channels and locks.
var db = []Leaf{
	{File: "runtime/cgocall.go", Edit: edit("cgocall", replace, "entersyscall()", "if hubCgoWaits(sys.GetCallerPC()) || hubSites != 0 && hubLeavesAtOnce() && hubSiteSlow(getfp()) { entersyscallblock() } else { entersyscall() }", 1), Why: "a C function of a database driver that may wait, or that was rescued twice, gives the hub away with its P"},
}
