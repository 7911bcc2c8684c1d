//go:build greenify_hub && greenify_sim

package syscall

import (
	"internal/runtime/syscall/linux"
	"unsafe"
)

// Pipes, pairs of sockets, and what leaves the process.
//
// A child process has only what the kernel has. So a simulated descriptor that is handed
// to one becomes real at that moment (hubRealFiles), with all that is under way in it, at
// both ends: a pipe or a pair of sockets, a listener, and a socket that has done nothing
// yet. Before that, and if it is never handed on, it is simulated: nobody need know when
// a pipe is made what it is for. A TCP connection between two threads cannot become real.

// hubRealPipe makes a pipe of the kernel's, for what tells a parent of its child.
//
//go:norace
func hubRealPipe(p []int, flags int) error {
	var fds [2]int32
	if _, _, err := linux.Syscall6(SYS_PIPE2, uintptr(unsafe.Pointer(&fds)), uintptr(flags), 0, 0, 0, 0); err != 0 {
		return Errno(err)
	}
	p[0], p[1] = int(fds[0]), int(fds[1])
	return nil
}

// hubRealFiles returns attr with descriptors that the kernel has.
//
//go:norace
func hubRealFiles(attr *ProcAttr) (*ProcAttr, error) {
	if attr == nil {
		return attr, nil
	}
	var own *ProcAttr
	for i, fd := range attr.Files {
		if fd-simBase >= simFiles {
			continue
		}
		real, err := hubReal(fd)
		if err != 0 {
			return nil, err
		}
		if own == nil {
			own = new(ProcAttr)
			*own = *attr
			own.Files = append([]uintptr(nil), attr.Files...)
		}
		own.Files[i] = real
	}
	if own != nil {
		attr = own
	}
	return attr, nil
}

// hubReal returns the kernel's descriptor for one that is or was simulated.
//
//go:norace
func hubReal(fd uintptr) (real uintptr, err Errno) {
	entered := hubNetEnter()
	s := simTheWorld().file(fd)
	switch s {
	case nil:
		err = EBADF
	case simGone:
	default:
		err = s.leave()
	}
	hubNetLeave(entered)
	real, _ = simReal(fd)
	return real, err
}

// leave makes s, all of its descriptors, one of the kernel's.
//
//go:norace
func (s *simSock) leave() Errno {
	switch {
	case s.kind == simTCP && (s.state == simIdle || s.state == simListening && len(s.queue)+len(s.pending) == 0):
		return s.leaveTCP()
	case s.kind != simTCP && s.state == simOpen:
		return s.leavePair()
	}
	return EOPNOTSUPP
}

// leavePair makes a pipe or a pair of sockets the kernel's.
//
//go:norace
func (s *simSock) leavePair() Errno {
	var fds [2]int32
	var err uintptr
	if s.kind == simUnix {
		_, _, err = linux.Syscall6(SYS_SOCKETPAIR, AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0, uintptr(unsafe.Pointer(&fds)), 0, 0)
	} else {
		_, _, err = linux.Syscall6(SYS_PIPE2, uintptr(unsafe.Pointer(&fds)), O_CLOEXEC, 0, 0, 0, 0)
	}
	if err != 0 {
		return Errno(err)
	}
	first, second := uintptr(fds[0]), uintptr(fds[1])
	if s.kind == simPipeWrite {
		first, second = second, first
	}
	peer := s.peer
	s.pour(second)
	if peer != nil {
		peer.pour(first)
	}
	if s.wshut && s.kind == simUnix {
		linux.Syscall6(SYS_SHUTDOWN, first, SHUT_WR, 0, 0, 0, 0)
	}
	if peer != nil && peer.wshut && peer.kind == simUnix {
		linux.Syscall6(SYS_SHUTDOWN, second, SHUT_WR, 0, 0, 0, 0)
	}
	s.become(first)
	if peer != nil {
		peer.become(second)
	} else {
		linux.Syscall6(SYS_CLOSE, second, 0, 0, 0, 0, 0)
	}
	return 0
}

// pour sends what has arrived at s through the kernel, by the other end. The kernel has
// room for as much as there may be.
//
//go:norace
func (s *simSock) pour(other uintptr) {
	if s.in.n > 0 {
		linux.Syscall6(SYS_FCNTL, other, F_SETFL, O_NONBLOCK, 0, 0, 0)
		linux.Syscall6(SYS_WRITE, other, uintptr(unsafe.Pointer(&s.in.b[s.in.r])), uintptr(s.in.n), 0, 0, 0)
		linux.Syscall6(SYS_FCNTL, other, F_SETFL, 0, 0, 0, 0)
	}
	s.in = simBuf{}
}

// become has the descriptors of s be copies of one of the kernel's. Who waits in a call
// makes it again.
//
//go:norace
func (s *simSock) become(fd uintptr) {
	w := simTheWorld()
	flags := uintptr(0)
	if s.nonblock {
		flags = O_NONBLOCK
	}
	linux.Syscall6(SYS_FCNTL, fd, F_SETFL, flags, 0, 0, 0)
	for k, i := range s.fds {
		own := fd
		if k > 0 {
			own, _, _ = linux.Syscall6(SYS_FCNTL, fd, F_DUPFD_CLOEXEC, 0, 0, 0, 0)
		}
		w.files[i] = simGone
		hubNetConvert(i, int32(own))
	}
	if len(s.fds) == 0 {
		linux.Syscall6(SYS_CLOSE, fd, 0, 0, 0, 0, 0)
	}
	s.fds, s.state, s.left, s.peer = nil, simClosed, true, nil
	s.wake('r' + 'w')
}

//go:norace
func (w *simWorld) newPair(kind, peer simKind, limit int) (s, t *simSock) {
	s, t = w.newSock(AF_UNIX), w.newSock(AF_UNIX)
	s.kind, t.kind = kind, peer
	s.limit, t.limit = limit, limit
	s.state, t.state = simOpen, simOpen
	s.peer, t.peer = t, s
	return s, t
}

const (
	simPipe       = 65536
	simPipeAtomic = 4096   // PIPE_BUF
	simUnixBuffer = 212992 // net.core.wmem_default
)

//go:norace
func (w *simWorld) pipe2(c *simCall) (uintptr, Errno) {
	s, t := w.newPair(simPipeRead, simPipeWrite, simPipe)
	s.nonblock = c.a[2]&O_NONBLOCK != 0
	t.nonblock = s.nonblock
	return w.openBoth(c, c.a[1], s, t, c.a[2]&O_CLOEXEC != 0)
}

//go:norace
func (w *simWorld) socketpair(c *simCall) (uintptr, Errno) {
	s, t := w.newPair(simUnix, simUnix, simUnixBuffer)
	s.nonblock = c.a[2]&SOCK_NONBLOCK != 0
	t.nonblock = s.nonblock
	return w.openBoth(c, c.a[4], s, t, c.a[2]&SOCK_CLOEXEC != 0)
}

//go:norace
func (w *simWorld) openBoth(c *simCall, to uintptr, s, t *simSock, cloexec bool) (uintptr, Errno) {
	fd, err := w.open(s, 0, cloexec)
	if err != 0 {
		return 0, err
	}
	other, err := w.open(t, 0, cloexec)
	if err != 0 {
		w.close(fd)
		return 0, err
	}
	*(*[2]int32)(c.at(to)) = [2]int32{int32(fd), int32(other)}
	return 0, 0
}

// releasePair closes an end of a pipe or pair.
//
//go:norace
func (s *simSock) releasePair() {
	peer := s.peer
	unread := s.in.n > 0
	s.state, s.in, s.peer = simClosed, simBuf{}, nil
	if peer == nil {
		return
	}
	peer.rshut, peer.wshut, peer.peer = true, true, nil
	if unread && s.kind == simUnix {
		peer.err = ECONNRESET
	}
	peer.wake('r' + 'w')
}

// shutdownUnix is shutdown for a socket of a pair: the peer's other direction ends, too.
//
//go:norace
func (s *simSock) shutdownUnix(how int) {
	peer := s.peer
	if how != SHUT_WR {
		s.rshut = true
		if peer != nil {
			peer.wshut = true
		}
	}
	if how != SHUT_RD {
		s.wshut = true
		if peer != nil {
			peer.rshut = true
		}
	}
	s.wake('r' + 'w')
	if peer != nil {
		peer.wake('r' + 'w')
	}
}
