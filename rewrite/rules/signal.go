package rules

// signal makes the goroutine of os/signal, which waits in a system call for the
// next signal, leave the hub at once.
var signal = []Leaf{
	{File: proc, Edit: edit("entersyscallblock", entry, "", "if getg().hub.owner { systemstack(hubDetach) }", 1), Why: "a call that is known to block gives the hub away with its P"},
}
