//go:build greenify_hub && greenify_sim

package syscall

import (
	"internal/runtime/syscall/linux"
	"unsafe"
)

// The simulated world: system calls on sockets are answered here, in memory, for the
// threads of the process. Syscall, Syscall6, RawSyscall and RawSyscall6 ask (rules of
// rewrite/rules/sim.go) before they make a call, and all that Go code wants of the kernel
// passes them. Descriptors that are simulated have numbers of their own; what other
// descriptors are asked for, and what else the kernel is, is real.
//
// Only the owner of the hub is here. So there are no locks, and nothing happens in
// between but where a call is a point (hubNetAt), at its beginning, and where it waits.
//
// The race detector hears nothing of what happens here, as of what the kernel does: no
// function is instrumented, there are no maps, and memory is moved by simMove.

const hubSyncs = 0 // a sync takes no time in a schedule, and nobody else runs in it

const (
	simBase  = linux.HubSimBase
	simFiles = linux.HubSimFiles
)

//go:linkname hubNetFiles runtime.hubNetFiles
var hubNetFiles [simFiles]struct {
	poll uintptr
	real int32
}

//go:linkname hubNetStack
func hubNetStack() (lo, hi uintptr)

//go:linkname hubNetReady
func hubNetReady(i uintptr, mode int32)

//go:linkname hubNetConvert
func hubNetConvert(i uintptr, real int32)

//go:linkname hubNetEnter
func hubNetEnter() bool

//go:linkname hubNetLeave
func hubNetLeave(entered bool)

//go:linkname hubNetAt
func hubNetAt(object unsafe.Pointer)

//go:linkname hubNetDraw
func hubNetDraw(n uint64) uint64

//go:linkname hubNetEpoch
func hubNetEpoch() uint32

//go:linkname hubNetSelf
func hubNetSelf() uintptr

//go:linkname hubNetPark
func hubNetPark(until int64)

//go:linkname hubNetNow
func hubNetNow() int64

//go:linkname hubNetWake
func hubNetWake(thread uintptr)

//go:linkname hubSimKills
func hubSimKills(number uintptr)

//go:linkname hubSimRaises
func hubSimRaises(number Signal)

// A simWorld is what calls are answered from. There is one; a host would have its own.
type simWorld struct {
	files [simFiles]*simSock // by descriptor
	cloe  [simFiles]bool     // close-on-exec
	bound []*simSock         // those that have a port
	ports [2][1 << 16]bool   // which ports of TCP and UDP have ever been bound
	made  uint64             // sockets
}

var simWorldOne *simWorld

//go:norace
func simTheWorld() *simWorld {
	if simWorldOne == nil {
		simWorldOne = new(simWorld)
	}
	return simWorldOne
}

// How a call is known: which of its arguments is the descriptor.
const (
	simFirst  = 1 + iota // the first one
	simThird             // epoll_ctl
	simMakes             // none: socket
	simCopies            // the first and third: splice
	simSends             // the first and second: sendfile

	// Those of no descriptor.
	simPolls       // those of an array
	simSelects     // those of sets of bits
	simSelf        // who the process is: answered here
	simPids        // the first or second argument may be a process
	simKills       // likewise, for a signal
	simPath        // a path, from a folder that is open: it may be the process's in /proc
	simOpens       // likewise, to open it
	simMakesFolder // likewise, to make it
	simChanges     // likewise, to change what it names
	simChangesAt   // likewise, as the second and third arguments
	simChangesHere // it changes what the first argument names
)

var simCalls = [hubCallsLen]uint8{
	SYS_READ:        simFirst,
	SYS_WRITE:       simFirst,
	SYS_READV:       simFirst,
	SYS_WRITEV:      simFirst,
	SYS_PREAD64:     simFirst,
	SYS_PWRITE64:    simFirst,
	SYS_LSEEK:       simFirst,
	SYS_FSTAT:       simFirst,
	SYS_FSYNC:       simFirst,
	SYS_FTRUNCATE:   simFirst,
	SYS_CLOSE:       simFirst,
	SYS_DUP:         simFirst,
	SYS_DUP3:        simFirst,
	SYS_FCNTL:       simFirst,
	SYS_IOCTL:       simFirst,
	SYS_BIND:        simFirst,
	SYS_CONNECT:     simFirst,
	SYS_LISTEN:      simFirst,
	SYS_ACCEPT:      simFirst,
	SYS_ACCEPT4:     simFirst,
	SYS_GETSOCKNAME: simFirst,
	SYS_GETPEERNAME: simFirst,
	SYS_GETSOCKOPT:  simFirst,
	SYS_SETSOCKOPT:  simFirst,
	SYS_SENDTO:      simFirst,
	SYS_RECVFROM:    simFirst,
	SYS_SENDMSG:     simFirst,
	SYS_RECVMSG:     simFirst,
	SYS_RECVMMSG:    simFirst,
	hubSendmmsg:     simFirst,
	SYS_SHUTDOWN:    simFirst,
	SYS_EPOLL_CTL:   simThird,
	SYS_SOCKET:      simMakes,
	SYS_SOCKETPAIR:  simMakes,
	SYS_PIPE2:       simMakes,
	SYS_SPLICE:      simCopies,
	hubCopyRange:    simCopies,
	SYS_SENDFILE:    simSends,

	SYS_PPOLL:             simPolls,
	hubPoll:               simPolls,
	SYS_PSELECT6:          simSelects,
	hubSelect:             simSelects,
	SYS_GETPID:            simSelf,
	SYS_GETPPID:           simSelf,
	SYS_UNAME:             simSelf,
	SYS_KILL:              simKills,
	SYS_TGKILL:            simKills,
	SYS_GETPGID:           simPids,
	SYS_GETSID:            simPids,
	SYS_SETPGID:           simPids,
	SYS_PRLIMIT64:         simPids,
	SYS_SCHED_SETAFFINITY: simPids,
	SYS_SCHED_GETAFFINITY: simPids,
	SYS_RT_SIGQUEUEINFO:   simKills,
	hubPidfdSendSignal:    simKills,
	hubPidfdOpen:          simPids,
	SYS_GETPRIORITY:       simPids,
	SYS_SETPRIORITY:       simPids,
	SYS_READLINKAT:        simPath,
	hubFstatat:            simPath,
	SYS_FACCESSAT:         simPath,
	SYS_OPENAT:            simOpens,
	SYS_MKDIRAT:           simMakesFolder,
	SYS_UNLINKAT:          simChanges,
	SYS_RENAMEAT:          simChanges,
	SYS_LINKAT:            simChanges,
	SYS_MKNODAT:           simChanges,
	SYS_FCHMODAT:          simChanges,
	SYS_FCHOWNAT:          simChanges,
	SYS_UTIMENSAT:         simChanges,
	SYS_SYMLINKAT:         simChangesAt,
	SYS_TRUNCATE:          simChangesHere,
}

const hubPidfdSendSignal, hubPidfdOpen = 424, 434 // SYS_PIDFD_SEND_SIGNAL, SYS_PIDFD_OPEN

// simReal returns the descriptor that a call is made with, and whether it is simulated.
//
//go:nosplit
//go:norace
func simReal(fd uintptr) (uintptr, bool) {
	i := fd - simBase
	if i >= simFiles {
		return fd, false
	}
	if r := hubNetFiles[i].real; r != 0 {
		return uintptr(r - 1), false
	}
	return fd, true
}

// hubNetAsks reports whether a call is simulated. It returns the arguments that are
// descriptors as the kernel is to be told. The stack must not grow here, as it must not
// in any of its callers, which may also be the child of a fork.
//
//go:nosplit
//go:norace
func hubNetAsks(trap, a1, a2, a3 uintptr) (b1, b2, b3 uintptr, sim bool) {
	if trap >= hubCallsLen {
		return a1, a2, a3, false
	}
	if hubChildren != 0 && simTells(trap, a1) {
		hubChildBefore()
	}
	was := a1
	switch simCalls[trap] {
	case simFirst:
		if a1 < simBase {
			return a1, a2, a3, false
		}
		if a1, sim = simReal(a1); trap == SYS_CLOSE && !sim {
			a1, sim = was, was-simBase < simFiles // its number is free again
		}
	case simThird:
		a3, sim = simReal(a3)
	case simMakes:
		switch trap {
		case SYS_SOCKET:
			switch kind := a2 &^ (SOCK_NONBLOCK | SOCK_CLOEXEC); a1 {
			case AF_INET, AF_INET6:
				sim = kind == SOCK_STREAM || kind == SOCK_DGRAM && (a3 == 0 || a3 == IPPROTO_UDP)
			case AF_UNIX:
				sim = simUnixType(kind) && a3 == 0
			}
		case SYS_SOCKETPAIR:
			kind := a2 &^ (SOCK_NONBLOCK | SOCK_CLOEXEC)
			sim = a1 == AF_UNIX && simUnixType(kind) && a3 == 0
		case SYS_PIPE2:
			sim = a2&^(O_NONBLOCK|O_CLOEXEC) == 0
		}
	case simCopies:
		var other bool
		a1, sim = simReal(a1)
		a3, other = simReal(a3)
		sim = sim || other
	case simSends:
		var other bool
		a1, sim = simReal(a1)
		a2, other = simReal(a2)
		sim = sim || other
	case simPolls:
		return a1, a2, a3, simPollsAny(a1, a2) && simIn()
	case simSelects:
		return a1, a2, a3, a1 > simBase && simIn()
	case simSelf:
		return a1, a2, a3, simSelfOne.pid != 0 && simIn()
	case simKills:
		a1, a2 = simProcess(a1), simProcess(a2)
		number := a2
		if trap == SYS_TGKILL {
			number = a3
		}
		if a1 == simSelfOne.realPid || trap == hubPidfdSendSignal {
			hubSimKills(number)
		}
		return a1, a2, a3, false
	case simPids:
		return simProcess(a1), simProcess(a2), a3, false
	case simPath:
		return a1, simProc(a2), a3, false
	case simOpens:
		a2 = simProc(a2)
		hubRealFile(simRealOpens, a1, a2, a3)
		return a1, a2, a3, false
	case simMakesFolder:
		hubRealFile(simRealMakes, a1, a2, 0)
		return a1, a2, a3, false
	case simChanges:
		hubRealFile(simRealChanges, a1, a2, 0)
		return a1, a2, a3, false
	case simChangesAt:
		hubRealFile(simRealChanges, a2, a3, 0)
		return a1, a2, a3, false
	case simChangesHere:
		here := _AT_FDCWD
		hubRealFile(simRealChanges, uintptr(here), a1, 0)
		return a1, a2, a3, false
	}
	if !sim && simCalls[trap] == simMakes && trap != SYS_PIPE2 {
		hubRealSocket()
	}
	if sim {
		if sim = simIn(); !sim && simCalls[trap] == simMakes {
			hubRealSocket() // of a child of a simulated process
		}
	}
	return a1, a2, a3, sim
}

// simUnixType reports whether Unix sockets of a type are simulated.
//
//go:nosplit
//go:norace
func simUnixType(t uintptr) bool { return t == SOCK_STREAM || t == SOCK_DGRAM || t == SOCK_SEQPACKET }

// simIn reports whether the calling thread's calls are simulated.
//
//go:nosplit
//go:norace
func simIn() bool {
	lo, _ := hubNetStack()
	return lo != 0
}

// hubNet makes a simulated call.
//
//go:uintptrkeepalive
//go:nosplit
//go:norace
func hubNet(trap, a1, a2, a3, a4, a5, a6 uintptr) (r1, r2 uintptr, err Errno) {
	lo, hi := hubNetStack()
	return simDo(lo, hi, trap, a1, a2, a3, a4, a5, a6)
}

// A simCall is a call that goes on.
type simCall struct {
	lo, hi uintptr // bounds of the stack as the call began
	a      [7]uintptr
	until  int64 // when its waits end; negative: never, 0: not known yet
}

//go:noinline
//go:norace
func simDo(lo, hi, trap, a1, a2, a3, a4, a5, a6 uintptr) (r1, r2 uintptr, err Errno) {
	entered := hubNetEnter()
	c := simCall{lo: lo, hi: hi, a: [7]uintptr{trap, a1, a2, a3, a4, a5, a6}}
	r1, err = c.do()
	hubNetLeave(entered)
	if err != 0 {
		r1 = ^uintptr(0)
	}
	return r1, 0, err
}

// do answers the call.
//
//go:norace
func (c *simCall) do() (uintptr, Errno) {
	w := simTheWorld()
	a := &c.a
	switch a[0] {
	case SYS_GETPID:
		return simSelfOne.pid, 0
	case SYS_GETPPID:
		return simSelfOne.ppid, 0
	case SYS_UNAME:
		return c.uname()
	case SYS_PPOLL, hubPoll:
		return w.poll(c)
	case SYS_SOCKET:
		return w.socket(a[1], a[2], a[3])
	case SYS_SOCKETPAIR:
		return w.socketpair(c)
	case SYS_PIPE2:
		return w.pipe2(c)
	case SYS_PSELECT6, hubSelect:
		hubRealSocket()
		return 0, EBADF // a set that may have a simulated descriptor: Linux would not look at it
	case SYS_EPOLL_CTL:
		return w.epoll(c)
	case SYS_SENDFILE:
		return w.sendfile(c)
	case SYS_SPLICE, hubCopyRange:
		return 0, EINVAL // the caller copies
	}
	s := w.file(a[1])
	if s == nil {
		return 0, EBADF
	}
	if s == simGone { // SYS_CLOSE
		f := &hubNetFiles[a[1]-simBase]
		fd := uintptr(f.real - 1)
		f.real, w.files[a[1]-simBase] = 0, nil
		_, _, err := linux.Syscall6(SYS_CLOSE, fd, 0, 0, 0, 0, 0)
		return 0, Errno(err)
	}
	switch a[0] {
	case SYS_READ, SYS_WRITE, SYS_READV, SYS_WRITEV, SYS_CLOSE, SYS_BIND, SYS_CONNECT, SYS_LISTEN, SYS_ACCEPT,
		SYS_ACCEPT4, SYS_SENDTO, SYS_RECVFROM, SYS_SENDMSG, SYS_RECVMSG, SYS_RECVMMSG, hubSendmmsg, SYS_SHUTDOWN:
		hubNetAt(unsafe.Pointer(s))
		if w.file(a[1]) != s {
			return 0, EBADF // closed meanwhile
		}
	}
	if s.pipe != nil {
		if n, err, done := s.pipeCall(c); done {
			return n, err
		}
	} else if s.messages() {
		switch a[0] {
		case SYS_READ, SYS_READV, SYS_RECVFROM, SYS_RECVMSG, SYS_RECVMMSG:
			return s.receiveCall(c)
		case SYS_WRITE:
			return w.sendTo(c, s, simMem{at: a[2], n: int(a[3])}, 0, 0, 0)
		case SYS_WRITEV:
			return w.sendTo(c, s, simMem{vec: a[2], n: int(a[3])}, 0, 0, 0)
		case SYS_SENDTO:
			return w.sendTo(c, s, simMem{at: a[2], n: int(a[3])}, a[4], a[5], a[6])
		case SYS_SENDMSG:
			h := (*Msghdr)(c.at(a[2]))
			if h.Controllen > 0 && s.domain == AF_UNIX {
				return c.passes(s)
			}
			return w.sendTo(c, s, simMem{msg: a[2]}, a[3], uintptr(unsafe.Pointer(h.Name)), uintptr(h.Namelen))
		case hubSendmmsg:
			return w.sendMany(c, s)
		case SYS_LISTEN, SYS_ACCEPT, SYS_ACCEPT4:
			if s.datagrams() {
				return 0, EOPNOTSUPP
			}
		}
	}
	switch a[0] {
	case SYS_READ:
		return s.receive(c, simMem{at: a[2], n: int(a[3])}, 0)
	case SYS_WRITE:
		return s.send(c, simMem{at: a[2], n: int(a[3])}, 0)
	case SYS_READV:
		return s.receive(c, simMem{vec: a[2], n: int(a[3])}, 0)
	case SYS_WRITEV:
		return s.send(c, simMem{vec: a[2], n: int(a[3])}, 0)
	case SYS_RECVFROM:
		n, err := s.receive(c, simMem{at: a[2], n: int(a[3])}, a[4])
		if err == 0 && a[6] != 0 {
			*(*uint32)(c.at(a[6])) = 0 // of a connection, no address is told
		}
		return n, err
	case SYS_SENDTO:
		return s.send(c, simMem{at: a[2], n: int(a[3])}, a[4])
	case SYS_SENDMSG:
		if s.kind == simUnix && (*Msghdr)(c.at(a[2])).Controllen > 0 {
			return c.passes(s)
		}
		return s.send(c, simMem{msg: a[2]}, a[3])
	case SYS_RECVMSG:
		n, err := s.receive(c, simMem{msg: a[2]}, a[3])
		if err == 0 {
			m := (*Msghdr)(c.at(a[2]))
			m.Namelen, m.Flags = 0, 0
			m.SetControllen(0)
		}
		return n, err
	case SYS_PREAD64, SYS_PWRITE64, SYS_LSEEK:
		return 0, ESPIPE
	case SYS_FSYNC, SYS_FTRUNCATE:
		return 0, EINVAL
	case SYS_FSTAT:
		return s.stat((*Stat_t)(c.at(a[2])))
	case SYS_CLOSE:
		w.close(a[1])
		return 0, 0
	case SYS_DUP:
		return w.open(s, 0, false)
	case SYS_DUP3:
		return w.dup3(c, s)
	case SYS_FCNTL:
		return w.fcntl(s, a[1], a[2], a[3])
	case SYS_IOCTL:
		return s.ioctl(c)
	case SYS_BIND:
		return w.bind(c, s)
	case SYS_CONNECT:
		return w.connect(c, s)
	case SYS_LISTEN:
		return w.listen(s, int(int32(a[2])))
	case SYS_ACCEPT:
		return w.accept(c, s, 0)
	case SYS_ACCEPT4:
		return w.accept(c, s, a[4])
	case SYS_GETSOCKNAME:
		return 0, c.putAddr(s, s.local, a[2], a[3])
	case SYS_GETPEERNAME:
		if s.state != simOpen || s.kind == simUDP && s.remote.port == 0 { // a Unix socket stays so when its peer is closed
			return 0, ENOTCONN
		}
		if s.domain == AF_UNIX && s.peer != nil {
			return 0, c.putAddr(s, s.peer.local, a[2], a[3]) // as it is now
		}
		return 0, c.putAddr(s, s.remote, a[2], a[3])
	case SYS_GETSOCKOPT:
		return s.getOption(c)
	case SYS_SETSOCKOPT:
		return s.setOption(c)
	case SYS_SHUTDOWN:
		return s.shutdown(int(a[2]))
	}
	return 0, ENOSYS
}
