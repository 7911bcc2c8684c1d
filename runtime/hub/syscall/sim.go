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
//
// The arguments of a call may be addresses on the stack of the caller, as numbers, and
// the stack may move as soon as a function here needs more of it. So they are taken for
// distances from its end, and made addresses again for each use (simCall.at).

const (
	simBase  = 1 << 20 // hubNetBase, hubNetMost
	simFiles = 1 << 14
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

//go:linkname simMove runtime.memmove
//go:noescape
func simMove(to, from unsafe.Pointer, n uintptr)

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
	SYS_SENDFILE:    simSends,

	SYS_PPOLL:             simPolls,
	hubPoll:               simPolls,
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
				sim = (kind == SOCK_STREAM || kind == SOCK_DGRAM) && a3 == 0
			}
		case SYS_SOCKETPAIR:
			kind := a2 &^ (SOCK_NONBLOCK | SOCK_CLOEXEC)
			sim = a1 == AF_UNIX && (kind == SOCK_STREAM || kind == SOCK_DGRAM) && a3 == 0
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
		return a1, a2, a3, simPollsAll(a1, a2) && simIn()
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

// where returns where an address of the caller's is now.
//
//go:norace
func (c *simCall) where(p uintptr) uintptr {
	if c.lo <= p && p < c.hi {
		_, hi := hubNetStack()
		return hi - (c.hi - p)
	}
	return p
}

// at returns what is at an address of the caller's, for use at once.
//
//go:norace
//go:nocheckptr
func (c *simCall) at(p uintptr) unsafe.Pointer {
	p = c.where(p)
	return *(*unsafe.Pointer)(unsafe.Pointer(&p))
}

// simPointer is the pointer that a number is: of what it points to, somebody else knows.
//
//go:norace
//go:nocheckptr
func simPointer(p uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&p)) }

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
	case SYS_EPOLL_CTL:
		return 0, EPERM // as for a file that cannot be polled
	case SYS_SENDFILE:
		return w.sendfile(c)
	case SYS_SPLICE:
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
	if s.kind == simPipeRead || s.kind == simPipeWrite {
		switch a[0] {
		case SYS_BIND, SYS_CONNECT, SYS_LISTEN, SYS_ACCEPT, SYS_ACCEPT4, SYS_SENDTO, SYS_RECVFROM, SYS_SENDMSG, SYS_RECVMSG,
			SYS_SHUTDOWN, SYS_GETSOCKNAME, SYS_GETPEERNAME, SYS_GETSOCKOPT, SYS_SETSOCKOPT:
			return 0, ENOTSOCK
		}
	} else if s.datagrams() {
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
			if h.Controllen > 0 && s.kind == simUnixgram {
				return c.passes(s)
			}
			return w.sendTo(c, s, simMem{msg: a[2]}, a[3], uintptr(unsafe.Pointer(h.Name)), uintptr(h.Namelen))
		case hubSendmmsg:
			return w.sendMany(c, s)
		case SYS_LISTEN, SYS_ACCEPT, SYS_ACCEPT4:
			return 0, EOPNOTSUPP
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
		if s.state != simOpen { // a Unix socket stays so when its peer is closed
			return 0, ENOTCONN
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

// receiveCall answers a call that receives datagrams.
//
//go:norace
func (s *simSock) receiveCall(c *simCall) (uintptr, Errno) {
	a := &c.a
	switch a[0] {
	case SYS_READ:
		_, _, n, err := s.receiveFrom(c, simMem{at: a[2], n: int(a[3])}, 0)
		return uintptr(n), err
	case SYS_READV:
		_, _, n, err := s.receiveFrom(c, simMem{vec: a[2], n: int(a[3])}, 0)
		return uintptr(n), err
	case SYS_RECVFROM:
		from, length, n, err := s.receiveFrom(c, simMem{at: a[2], n: int(a[3])}, a[4])
		if err == 0 && a[5] != 0 {
			if s.kind == simUnixgram && from.name == "" {
				*(*uint32)(c.at(a[6])) = 0
			} else {
				err = c.putAddr(s, from, a[5], a[6])
			}
		}
		if a[4]&MSG_TRUNC != 0 {
			n = length
		}
		return uintptr(n), err
	case SYS_RECVMSG:
		return s.receiveMsg(c, a[2], a[3])
	}
	// SYS_RECVMMSG: the first one is waited for.
	flags := a[4]
	for i := range a[3] {
		at := a[2] + i*simMmsg
		n, err := s.receiveMsg(c, at, flags)
		if err != 0 {
			if i > 0 {
				return i, 0
			}
			return 0, err
		}
		*(*uint32)(unsafe.Add(c.at(at), unsafe.Sizeof(Msghdr{}))) = uint32(n)
		flags |= MSG_DONTWAIT
	}
	return a[3], 0
}

const simMmsg = unsafe.Sizeof(Msghdr{}) + 8 // struct mmsghdr

//go:norace
func (s *simSock) receiveMsg(c *simCall, at, flags uintptr) (uintptr, Errno) {
	from, length, n, err := s.receiveFrom(c, simMem{msg: at}, flags)
	if err != 0 {
		return 0, err
	}
	h := (*Msghdr)(c.at(at))
	h.Flags = 0
	if length > n {
		h.Flags = MSG_TRUNC
	}
	h.SetControllen(0)
	if s.kind == simUnixgram && from.name == "" {
		h.Namelen = 0
	} else if h.Name != nil {
		size := h.Namelen
		c.putAddr(s, from, uintptr(unsafe.Pointer(h.Name)), uintptr(unsafe.Pointer(&size)))
		(*Msghdr)(c.at(at)).Namelen = size
	}
	if flags&MSG_TRUNC != 0 {
		n = length
	}
	return uintptr(n), 0
}

//go:norace
func (w *simWorld) sendMany(c *simCall, s *simSock) (uintptr, Errno) {
	for i := range c.a[3] {
		at := c.a[2] + i*simMmsg
		h := (*Msghdr)(c.at(at))
		n, err := w.sendTo(c, s, simMem{msg: at}, c.a[4], uintptr(unsafe.Pointer(h.Name)), uintptr(h.Namelen))
		if err != 0 {
			if i > 0 {
				return i, 0
			}
			return 0, err
		}
		*(*uint32)(unsafe.Add(c.at(at), unsafe.Sizeof(Msghdr{}))) = uint32(n)
	}
	return c.a[3], 0
}

// Descriptors.

//go:norace
func (w *simWorld) file(fd uintptr) *simSock {
	if i := fd - simBase; i < simFiles {
		return w.files[i]
	}
	return nil
}

// open makes a descriptor for s, the lowest from a number on.
//
//go:norace
func (w *simWorld) open(s *simSock, from uintptr, cloexec bool) (uintptr, Errno) {
	if from < simBase {
		from = simBase
	}
	for i := from - simBase; i < simFiles; i++ {
		if w.files[i] == nil {
			w.files[i], w.cloe[i] = s, cloexec
			hubNetFiles[i].real = 0
			s.fds = append(s.fds, i)
			return simBase + i, 0
		}
	}
	return 0, EMFILE
}

//go:norace
func (w *simWorld) close(fd uintptr) {
	i := fd - simBase
	s := w.files[i]
	w.files[i] = nil
	for k, f := range s.fds {
		if f == i {
			s.fds[k] = s.fds[len(s.fds)-1]
			s.fds = s.fds[:len(s.fds)-1]
			break
		}
	}
	if len(s.fds) == 0 {
		w.release(s)
	}
}

//go:norace
func (w *simWorld) dup3(c *simCall, s *simSock) (uintptr, Errno) {
	to := c.a[2]
	if to == c.a[1] {
		return 0, EINVAL
	}
	if to-simBase >= simFiles {
		// It is to be known by a number of the kernel's, such as 1.
		if err := s.leave(); err != 0 {
			return 0, err
		}
		fd, _ := simReal(c.a[1])
		fd, _, err := linux.Syscall6(SYS_DUP3, fd, to, c.a[3], 0, 0, 0)
		return fd, Errno(err)
	}
	if o := w.files[to-simBase]; o == simGone {
		return 0, EBUSY
	} else if o != nil {
		w.close(to)
	}
	return w.open(s, to, c.a[3]&O_CLOEXEC != 0)
}

//go:norace
func (w *simWorld) fcntl(s *simSock, fd, cmd, arg uintptr) (uintptr, Errno) {
	switch cmd {
	case F_DUPFD:
		return w.open(s, arg, false)
	case F_DUPFD_CLOEXEC:
		return w.open(s, arg, true)
	case F_GETFD:
		if w.cloe[fd-simBase] {
			return FD_CLOEXEC, 0
		}
		return 0, 0
	case F_SETFD:
		w.cloe[fd-simBase] = arg&FD_CLOEXEC != 0
		return 0, 0
	case F_GETFL:
		flags := uintptr(O_RDWR)
		switch s.kind {
		case simPipeRead:
			flags = O_RDONLY
		case simPipeWrite:
			flags = O_WRONLY
		}
		if s.nonblock {
			flags |= O_NONBLOCK
		}
		return flags, 0
	case F_SETFL:
		s.nonblock = arg&O_NONBLOCK != 0
		return 0, 0
	case simSetPipeSize, simGetPipeSize:
		end := s
		switch s.kind {
		case simPipeRead:
		case simPipeWrite:
			if end = s.peer; end == nil {
				return simPipe, 0
			}
		default:
			return 0, EBADF
		}
		if cmd == simSetPipeSize {
			if arg > 1<<20 {
				return 0, EPERM
			}
			size := simPipeAtomic
			for size < int(arg) {
				size *= 2
			}
			if size < end.in.n {
				return 0, EBUSY
			}
			end.limit = size
		}
		return uintptr(end.limit), 0
	}
	return 0, EINVAL
}

const simSetPipeSize, simGetPipeSize = 1031, 1032 // F_SETPIPE_SZ, F_GETPIPE_SZ

//go:norace
func (s *simSock) ioctl(c *simCall) (uintptr, Errno) {
	const fionread, fionbio = 0x541b, 0x5421
	switch c.a[2] {
	case fionread:
		if s.state == simListening {
			return 0, EINVAL
		}
		n := s.in.n
		if s.kind == simPipeWrite && s.peer != nil {
			n = s.peer.in.n // of the pipe
		}
		*(*int32)(c.at(c.a[3])) = int32(n)
		return 0, 0
	case fionbio:
		s.nonblock = *(*int32)(c.at(c.a[3])) != 0
		return 0, 0
	}
	return 0, ENOTTY
}

//go:norace
func (s *simSock) stat(st *Stat_t) (uintptr, Errno) {
	*st = Stat_t{}
	st.Mode = S_IFSOCK | 0o777
	if s.kind == simPipeRead || s.kind == simPipeWrite {
		st.Mode = S_IFIFO | 0o600
	}
	st.Ino = s.number
	st.Nlink = 1
	st.Blksize = 4096
	return 0, 0
}

// sendfile sends from a file of the kernel's, if that is one that nobody waits for.
//
//go:norace
func (w *simWorld) sendfile(c *simCall) (uintptr, Errno) {
	s := w.file(c.a[1])
	if s == nil || !s.stream() || c.a[2] >= simBase {
		return 0, EINVAL // the caller copies
	}
	st := new(Stat_t)
	if _, _, err := linux.Syscall6(SYS_FSTAT, c.a[2], uintptr(unsafe.Pointer(st)), 0, 0, 0, 0); err != 0 {
		return 0, Errno(err)
	}
	if st.Mode&S_IFMT != S_IFREG {
		return 0, EINVAL
	}
	if c.a[3] == 0 {
		return s.sendFrom(c, SYS_READ, c.a[2], c.a[4], 0)
	}
	n, err := s.sendFrom(c, SYS_PREAD64, c.a[2], c.a[4], uintptr(*(*int64)(c.at(c.a[3]))))
	if err == 0 {
		*(*int64)(c.at(c.a[3])) += int64(n)
	}
	return n, err
}

//go:norace
func (s *simSock) stream() bool { return s != simGone && (s.kind == simTCP || s.kind == simUnix) }

// sendFrom sends up to n bytes that a call reads from a file. No more is read than there
// is room for.
//
//go:norace
func (s *simSock) sendFrom(c *simCall, call, fd, n, offset uintptr) (uintptr, Errno) {
	hubNetAt(unsafe.Pointer(s))
	for s.state == simOpen && !s.wshut && s.err == 0 && s.space() == 0 {
		s.peer.short = true
		if err := s.wait(c, SO_SNDTIMEO, 0); err != 0 {
			return 0, err
		}
	}
	room := simBuffer
	if s.state == simOpen {
		room = max(1, s.space())
	}
	part := make([]byte, min(room, 64<<10, int(n)))
	got, _, err := linux.Syscall6(call, fd, uintptr(unsafe.Pointer(unsafe.SliceData(part))), uintptr(len(part)), offset, 0, 0)
	if err != 0 || got == 0 {
		return got, Errno(err)
	}
	return s.send(c, simMem{at: uintptr(unsafe.Pointer(unsafe.SliceData(part))), n: int(got)}, MSG_DONTWAIT)
}

// Memory of the caller's.

// A simMem is memory of the caller's: some bytes, or what an array of Iovec has, or a
// Msghdr.
type simMem struct {
	at, vec, msg uintptr
	n            int // of bytes, or Iovecs
}

// part returns part i, for use at once; false behind the last one.
//
//go:norace
func (m *simMem) part(c *simCall, i int) (p unsafe.Pointer, n int, ok bool) {
	var vec *Iovec
	switch {
	case m.msg != 0:
		h := (*Msghdr)(c.at(m.msg))
		if i >= int(h.Iovlen) {
			return nil, 0, false
		}
		vec = (*Iovec)(unsafe.Add(unsafe.Pointer(h.Iov), uintptr(i)*unsafe.Sizeof(*h.Iov)))
	case m.vec != 0:
		if i >= m.n {
			return nil, 0, false
		}
		vec = (*Iovec)(unsafe.Add(c.at(m.vec), uintptr(i)*unsafe.Sizeof(Iovec{})))
	default:
		return c.at(m.at), m.n, i == 0
	}
	return unsafe.Pointer(vec.Base), int(vec.Len), true
}

// size returns how many bytes there are.
//
//go:norace
func (m *simMem) size(c *simCall) (size int) {
	for i := 0; ; i++ {
		_, n, ok := m.part(c, i)
		if !ok {
			return size
		}
		size += n
	}
}

// A simBuf is a queue of bytes.
type simBuf struct {
	b    []byte
	r, n int // the first byte, and how many
}

// put appends n bytes.
//
//go:norace
func (q *simBuf) put(p unsafe.Pointer, n int) {
	if n == 0 {
		return
	}
	if q.r+q.n+n > len(q.b) {
		to := q.b
		if q.n+n > len(q.b) || q.r < len(q.b)/2 {
			to = make([]byte, max(2*len(q.b), q.n+n, 512))
		}
		if q.n > 0 {
			simMove(unsafe.Pointer(&to[0]), unsafe.Pointer(&q.b[q.r]), uintptr(q.n))
		}
		q.b, q.r = to, 0
	}
	simMove(unsafe.Pointer(&q.b[q.r+q.n]), p, uintptr(n))
	q.n += n
}

// get copies the bytes from offset on to memory, as many as fit, and returns how many.
//
//go:norace
func (q *simBuf) get(p unsafe.Pointer, n, offset int) int {
	n = min(n, q.n-offset)
	if n <= 0 {
		return 0
	}
	simMove(p, unsafe.Pointer(&q.b[q.r+offset]), uintptr(n))
	return n
}

// drop removes n bytes.
//
//go:norace
func (q *simBuf) drop(n int) {
	q.r += n
	if q.n -= n; q.n == 0 {
		q.r = 0
		if len(q.b) > 64<<10 {
			q.b = nil
		}
	}
}
