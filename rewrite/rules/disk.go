package rules

// Disk moves calls that wait for a disk to the offload pool: those that package os
// makes, by path and by descriptor. They are short, but nothing bounds them; leaving
// and entering the hub costs more than most of them take, so these rules apply only
// with -offload=disk. Calls of package syscall by the program stay what they are.
//
// A function that makes several such calls leaves once, around them all: leaving
// again inside does nothing.
func Disk() []Leaf { return grouped("os", disk) }

const (
	osFile  = "os/file.go"
	osPosix = "os/file_posix.go"
	osUnix  = "os/file_unix.go"
	osRoot  = "os/root_unix.go"
	fdUnix  = "internal/poll/fd_unix.go"
	fdPosix = "internal/poll/fd_posix.go"

	leaves = "defer hubEnter(hubLeavePool())"
	opens  = "defer hubEnter(hubLeave())" // without the pool, for a FIFO may wait for ever
	ofDisk = "if fd.hubDisk { " + leaves + " }"
)

var disk = []Leaf{
	{File: fdUnix, Edit: edit("FD", after, "isFile bool", "hubDisk bool", 1), Why: "whether calls may wait for a disk"},
	{File: fdUnix, Edit: edit("FD.Init", after, "err := fd.pd.init(fd)", "fd.hubDisk = net == \"file\" && err == syscall.EPERM", 1), Why: "epoll refuses files of a disk, which are always ready"},
	{File: fdUnix, Edit: edit("FD.Read", before, "for {", ofDisk, 1), Why: "File.Read"},
	{File: fdUnix, Edit: edit("FD.Pread", before, "n, err := ignoringEINTR2(func() (int, error) { return syscall.Pread(fd.Sysfd, p, off) })", ofDisk, 1), Why: "File.ReadAt"},
	{File: fdUnix, Edit: edit("FD.Write", before, "for {", ofDisk, 1), Why: "File.Write"},
	{File: fdUnix, Edit: edit("FD.Pwrite", before, "for {", ofDisk, 1), Why: "File.WriteAt"},
	{File: fdUnix, Edit: edit("FD.Fstat", entry, "", ofDisk, 1), Why: "File.Stat"},
	{File: fdUnix, Edit: edit("FD.Fchmod", entry, "", ofDisk, 1), Why: "File.Chmod"},
	{File: fdPosix, Edit: edit("FD.Fchown", entry, "", ofDisk, 1), Why: "File.Chown"},
	{File: fdPosix, Edit: edit("FD.Ftruncate", entry, "", ofDisk, 1), Why: "File.Truncate"},
	{File: "internal/poll/fd_fsync_posix.go", Edit: edit("FD.Fsync", entry, "", ofDisk, 1), Why: "File.Sync"},
	{File: "internal/poll/fd_unixjs.go", Edit: edit("FD.Fchdir", entry, "", leaves, 1), Why: "File.Chdir"},
	{File: "internal/poll/copy_file_range_unix.go", Edit: edit("CopyFileRange", before, "for remain > 0 {", "if src.hubDisk { "+leaves+" }", 1), Why: "io.Copy from file to file"},
	{File: "internal/poll/sendfile_unix.go", Edit: edit("sendFileChunk", entry, "", leaves, 1), Why: "io.Copy from file to connection"},
	{File: "internal/poll/splice_linux.go", Edit: edit("splicePump", before, "for inPipe > 0 {", "if sock.hubDisk { "+leaves+" }", 1), Why: "io.Copy from connection to file"},
	{File: "internal/syscall/unix/eaccess.go", Edit: edit("Eaccess", entry, "", leaves, 1), Why: "exec.LookPath"},
	{File: "os/dir_unix.go", Edit: edit("File.readdir", entry, "", leaves, 1), Why: "os.ReadDir, File.Readdir: the names, and what stat says of them"},
	{File: osUnix, Edit: edit("openFileNolog", entry, "", opens, 1), Why: "os.OpenFile"},
	{File: osUnix, Edit: edit("openDirNolog", entry, "", leaves, 1), Why: "os.ReadDir"},
	{File: osUnix, Edit: edit("rename", entry, "", leaves, 1), Why: "os.Rename"},
	{File: osUnix, Edit: edit("Truncate", entry, "", leaves, 1), Why: "os.Truncate"},
	{File: osUnix, Edit: edit("Remove", entry, "", leaves, 1), Why: "os.Remove"},
	{File: osUnix, Edit: edit("Link", entry, "", leaves, 1), Why: "os.Link"},
	{File: osUnix, Edit: edit("Symlink", entry, "", leaves, 1), Why: "os.Symlink"},
	{File: osUnix, Edit: edit("readlink", entry, "", leaves, 1), Why: "os.Readlink"},
	{File: "os/removeall_at.go", Edit: edit("removeAll", entry, "", leaves, 1), Why: "os.RemoveAll"},
	{File: "os/stat_unix.go", Edit: edit("statNolog", entry, "", leaves, 1), Why: "os.Stat"},
	{File: "os/stat_unix.go", Edit: edit("lstatNolog", entry, "", leaves, 1), Why: "os.Lstat"},
	{File: "os/getwd.go", Edit: edit("Getwd", entry, "", leaves, 1), Why: "os.Getwd"},
	{File: osFile, Edit: edit("Mkdir", entry, "", leaves, 1), Why: "os.Mkdir"},
	{File: osFile, Edit: edit("Chdir", entry, "", leaves, 1), Why: "os.Chdir"},
	{File: osPosix, Edit: edit("chmod", entry, "", leaves, 1), Why: "os.Chmod"},
	{File: osPosix, Edit: edit("Chown", entry, "", leaves, 1), Why: "os.Chown"},
	{File: osPosix, Edit: edit("Lchown", entry, "", leaves, 1), Why: "os.Lchown"},
	{File: osPosix, Edit: edit("Chtimes", entry, "", leaves, 1), Why: "os.Chtimes"},
	{File: osRoot, Edit: edit("openRootNolog", entry, "", opens, 1), Why: "os.OpenRoot"},
	{File: osRoot, Edit: edit("openRootInRoot", entry, "", opens, 1), Why: "Root.OpenRoot"},
	{File: osRoot, Edit: edit("rootOpenFileNolog", entry, "", opens, 1), Why: "Root.OpenFile"},
	{File: "os/root_openat.go", Edit: edit("doInRoot", entry, "", leaves, 1), Why: "the other methods of Root"},
}
