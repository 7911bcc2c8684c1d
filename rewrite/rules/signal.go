package rules

const calls = "syscall/syscall_linux.go"

// signal makes the goroutine of os/signal, which waits in a system call for the
// next signal, leave the hub at once, and so what else is made in order to wait.
var signal = []Leaf{
	{File: proc, Edit: edit("entersyscallblock", entry, "", "if getg().hub.owner { systemstack(hubDetach) }", 1), Why: "a call that is known to block gives the hub away with its P"},
	{File: calls, Edit: edit("Syscall", replace, "runtime_entersyscall()", "if (hubCalls[trap%hubCallsLen] != 0 || hubSites != 0) && hubWaits(trap, a1, a2, a3, 0, 0) { runtime_entersyscallblock() } else { runtime_entersyscall() }", 1), Why: "a system call that is made in order to wait leaves the hub at once: epoll_wait, futex, nanosleep, wait4, flock, ..."},
	{File: calls, Edit: edit("Syscall6", replace, "runtime_entersyscall()", "if (hubCalls[trap%hubCallsLen] != 0 || hubSites != 0) && hubWaits(trap, a1, a2, a3, a4, a5) { runtime_entersyscallblock() } else { runtime_entersyscall() }", 1), Why: "a system call that is made in order to wait leaves the hub at once: epoll_wait, futex, nanosleep, wait4, flock, ..."},
}
