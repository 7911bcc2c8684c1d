package main

import (
	"go/constant"
	"go/types"
	"strings"

	"golang.org/x/tools/go/packages"
)

// syscallKinds are the system calls that may block, by kind. Quick ones, such as
// close, ioctl, socket, bind and setsockopt, are not counted.
var syscallKinds = map[string]string{
	"disk": `access acct chdir chmod chown chroot creat faccessat faccessat2 fadvise64 fallocate fchdir fchmod fchmodat fchmodat2 fchown
		fchownat fdatasync fgetxattr flistxattr fremovexattr fsetxattr fstat fstatfs fsync ftruncate futimesat getcwd getdents getdents64
		getxattr inotify_add_watch lchown lgetxattr link linkat listxattr llistxattr lremovexattr lsetxattr lstat madvise mkdir mkdirat
		mknod mknodat mlock mlockall mount msync newfstatat open openat openat2 pivot_root readahead readlink readlinkat reboot
		removexattr rename renameat renameat2 rmdir setxattr stat statfs statx swapoff swapon symlink symlinkat sync sync_file_range
		syncfs truncate umount2 unlink unlinkat ustat utime utimensat utimes`,
	"fdrw":    "read write pread64 pwrite64 readv writev preadv pwritev preadv2 pwritev2 sendfile splice tee vmsplice copy_file_range",
	"process": "wait4 waitid ptrace",
	"flock":   "flock",
	"sock":    "accept accept4 connect recvfrom recvmsg recvmmsg sendto sendmsg sendmmsg",
	"syswait": "select pselect6 epoll_wait epoll_pwait pause nanosleep clock_nanosleep poll ppoll",
}

type syscallKind struct{ name, kind string }

// syscalls are those of syscallKinds by their numbers on this machine.
var syscalls = map[int64]syscallKind{}

// readSyscalls takes the numbers from package syscall and its like.
func readSyscalls(pkgs []*packages.Package) {
	kind := map[string]string{}
	for k, names := range syscallKinds {
		for name := range strings.FieldsSeq(names) {
			kind[name] = k
		}
	}
	for _, p := range pkgs {
		if p.PkgPath != "syscall" && p.PkgPath != "internal/syscall/unix" {
			continue
		}
		for _, name := range p.Types.Scope().Names() {
			c, ok := p.Types.Scope().Lookup(name).(*types.Const)
			if !ok {
				continue
			}
			call, ok1 := strings.CutPrefix(strings.ToLower(name), "sys_")
			if !ok1 { // fchmodat2Trap
				call, ok1 = strings.CutSuffix(strings.ToLower(name), "trap")
			}
			if n, ok := constant.Int64Val(constant.ToInt(c.Val())); ok && ok1 && kind[call] != "" {
				syscalls[n] = syscallKind{call, kind[call]}
			}
		}
	}
}
