package rules

// process makes waiting for a child yield: the poller waits for its pidfd. On kernels
// without pidfd waitid blocks until the child ends, outside the hub.
var process = []Leaf{
	{File: "os/pidfd_linux.go", Edit: edit("Process.pidfdWait", replace, "unix.Waitid(unix.P_PIDFD, int(handle), &info, syscall.WEXITED, &rusage)", "p.hubWaitid(int(handle), &info, &rusage)", 1), Why: "Process.Wait: the poller waits for the child, whose waiter can be killed and needs no OS thread"},
	{File: "os/wait_waitid.go", Edit: edit("Process.blockUntilWaitable", before, "return unix.Waitid(unix.P_PID, p.Pid, &info, syscall.WEXITED|syscall.WNOWAIT, nil)", "defer hubEnter(hubLeave())", 1), Why: "other threads run while the child does, on kernels without pidfd"},
}
