package rules

// Disk moves calls that wait for a disk to the offload pool. They are short, but
// nothing bounds them; leaving and entering the hub costs more than most of them
// take, so these rules apply only with -offload=disk.
func Disk() []Leaf {
	for i := range disk {
		disk[i].Group = "os"
	}
	return disk
}

const (
	fdUnix = "internal/poll/fd_unix.go"
	leaves = "if fd.hubDisk { defer hubEnter(hubLeave()) }"
)

var disk = []Leaf{
	{File: fdUnix, Edit: edit("FD", after, "isFile bool", "hubDisk bool", 1), Why: "whether calls may wait for a disk"},
	{File: fdUnix, Edit: edit("FD.Init", after, "err := fd.pd.init(fd)", "fd.hubDisk = net == \"file\" && err == syscall.EPERM", 1), Why: "epoll refuses files of a disk, which are always ready"},
	{File: fdUnix, Edit: edit("FD.Read", before, "for {", leaves, 1), Why: "File.Read"},
	{File: fdUnix, Edit: edit("FD.Pread", before, "n, err := ignoringEINTR2(func() (int, error) { return syscall.Pread(fd.Sysfd, p, off) })", leaves, 1), Why: "File.ReadAt"},
	{File: fdUnix, Edit: edit("FD.Write", before, "for {", leaves, 1), Why: "File.Write"},
	{File: fdUnix, Edit: edit("FD.Pwrite", before, "for {", leaves, 1), Why: "File.WriteAt"},
	{File: "internal/poll/fd_unixjs.go", Edit: edit("FD.ReadDirent", before, "for {", leaves, 1), Why: "File.ReadDir"},
	{File: "internal/poll/copy_file_range_unix.go", Edit: edit("CopyFileRange", before, "for remain > 0 {", "if src.hubDisk { defer hubEnter(hubLeave()) }", 1), Why: "io.Copy from file to file"},
	{File: "internal/poll/fd_fsync_posix.go", Edit: edit("FD.Fsync", before, "return ignoringEINTR(func() error { return syscall.Fsync(fd.Sysfd) })", leaves, 1), Why: "File.Sync"},
	{File: "internal/poll/fd_posix.go", Edit: edit("FD.Ftruncate", before, "return ignoringEINTR(func() error { return syscall.Ftruncate(fd.Sysfd, size) })", leaves, 1), Why: "File.Truncate"},
	{File: "os/file_open_unix.go", Edit: edit("open", before, "fd, err := syscall.Open(path, flag, perm)", "defer hubEnter(hubLeave())", 1), Why: "os.OpenFile; without the pool, for a FIFO may wait for ever"},
}
