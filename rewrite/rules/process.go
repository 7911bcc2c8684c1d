package rules

// process makes waiting for a child yield: waitid blocks until the child ends,
// and the poller cannot wait for it instead.
var process = []Leaf{
	{File: "os/pidfd_linux.go", Edit: edit("Process.pidfdWait", before, "return unix.Waitid(unix.P_PIDFD, int(handle), &info, syscall.WEXITED, &rusage)", "defer hubEnter(hubLeave())", 1), Why: "Process.Wait: other threads run while the child does"},
	{File: "os/wait_waitid.go", Edit: edit("Process.blockUntilWaitable", before, "return unix.Waitid(unix.P_PID, p.Pid, &info, syscall.WEXITED|syscall.WNOWAIT, nil)", "defer hubEnter(hubLeave())", 1), Why: "the same for kernels without pidfd"},
}
