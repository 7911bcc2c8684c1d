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
// both ends: a pipe, a connection, a listener, and a socket that has done nothing yet.
// Before that, and if it is never handed on, it is simulated: nobody need know when a pipe
// is made what it is for. What the kernel has no room for, and a listener or peer that has
// connections to accept, cannot become real.

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
	hubRealChild()
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
	hubRealSocket()
	switch {
	case s.kind == simTCP && (s.state == simIdle || s.state == simListening && len(s.queue)+len(s.pending) == 0):
		return s.leaveTCP()
	case s.kind == simTCP && s.state == simOpen && (s.peer == nil || len(s.peer.fds) > 0):
		return s.leaveTCPPair()
	case s.kind == simUDP, s.datagrams() && s.peer == nil, s.kind == simUnix && s.state == simIdle && !s.bound:
		return s.leaveIdle()
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
	if s.kind == simUnixgram {
		if s.peer.peer != s || len(s.msgs)+len(s.peer.msgs) > 0 {
			return EOPNOTSUPP
		}
		_, _, err = linux.Syscall6(SYS_SOCKETPAIR, AF_UNIX, SOCK_DGRAM|SOCK_CLOEXEC, 0, uintptr(unsafe.Pointer(&fds)), 0, 0)
	} else if s.kind == simUnix {
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
	if !s.pour(second) || peer != nil && !peer.pour(first) {
		linux.Syscall6(SYS_CLOSE, first, 0, 0, 0, 0, 0)
		linux.Syscall6(SYS_CLOSE, second, 0, 0, 0, 0, 0)
		return ENOBUFS
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

// leaveTCPPair makes both ends of a connection the kernel's, with the addresses that they
// have, if nobody else has these there.
//
//go:norace
func (s *simSock) leaveTCPPair() Errno {
	var fds [3]uintptr // s, the other end, and who listens for it
	made := 0
	fail := func(err uintptr) Errno {
		for _, fd := range fds[:made] {
			linux.Syscall6(SYS_CLOSE, fd, 0, 0, 0, 0, 0)
		}
		return Errno(err)
	}
	on := int32(1)
	for _, i := range [2]int{2, 0} {
		fd, _, err := linux.Syscall6(SYS_SOCKET, s.domain, SOCK_STREAM|SOCK_CLOEXEC, 0, 0, 0, 0)
		if err != 0 {
			return fail(err)
		}
		fds[i] = fd
		if i == 2 {
			fds[0], made = fd, 1
		} else {
			fds[1], made = fds[2], 2
		}
		linux.Syscall6(SYS_SETSOCKOPT, fd, SOL_SOCKET, SO_REUSEADDR, uintptr(unsafe.Pointer(&on)), 4, 0)
		a := s.local
		if i == 2 {
			a = s.remote
		}
		if err := s.realBind(fd, a); err != 0 {
			return fail(err)
		}
	}
	client, listener := fds[0], fds[2]
	if _, _, err := linux.Syscall6(SYS_LISTEN, listener, 1, 0, 0, 0, 0); err != 0 {
		return fail(err)
	}
	var raw [SizeofSockaddrInet6]byte
	n := uint32(len(raw))
	var c simCall
	c.putAddr(s, s.remote, uintptr(unsafe.Pointer(&raw)), uintptr(unsafe.Pointer(&n)))
	if _, _, err := linux.Syscall6(SYS_CONNECT, client, uintptr(unsafe.Pointer(&raw)), uintptr(n), 0, 0, 0); err != 0 {
		return fail(err)
	}
	server, _, err := linux.Syscall6(SYS_ACCEPT4, listener, 0, 0, SOCK_CLOEXEC, 0, 0)
	if err != 0 {
		return fail(err)
	}
	linux.Syscall6(SYS_CLOSE, listener, 0, 0, 0, 0, 0)
	fds[1], made = server, 2
	peer := s.peer
	if !s.pour(server) || peer != nil && !peer.pour(client) {
		return fail(uintptr(ENOBUFS))
	}
	w := simTheWorld()
	s.realOptions(client)
	if s.wshut {
		linux.Syscall6(SYS_SHUTDOWN, client, SHUT_WR, 0, 0, 0, 0)
	}
	if peer == nil {
		linux.Syscall6(SYS_CLOSE, server, 0, 0, 0, 0, 0)
	} else {
		peer.realOptions(server)
		if peer.wshut {
			linux.Syscall6(SYS_SHUTDOWN, server, SHUT_WR, 0, 0, 0, 0)
		}
		w.unbind(peer)
		peer.become(server)
	}
	w.unbind(s)
	s.become(client)
	return 0
}

// realOptions sets the options of s for a socket of the kernel's.
//
//go:norace
func (s *simSock) realOptions(fd uintptr) {
	for i := range s.options {
		o := &s.options[i]
		linux.Syscall6(SYS_SETSOCKOPT, fd, o.level, o.name, uintptr(unsafe.Pointer(&o.value)), o.size, 0)
	}
}

// pour sends what has arrived at s through the kernel, by the other end. It reports
// whether the kernel had room for it: in a pipe it has.
//
//go:norace
func (s *simSock) pour(other uintptr) bool {
	if s.in.n == 0 {
		return true
	}
	linux.Syscall6(SYS_FCNTL, other, F_SETFL, O_NONBLOCK, 0, 0, 0)
	n, _, err := linux.Syscall6(SYS_WRITE, other, uintptr(unsafe.Pointer(&s.in.b[s.in.r])), uintptr(s.in.n), 0, 0, 0)
	linux.Syscall6(SYS_FCNTL, other, F_SETFL, 0, 0, 0, 0)
	return err == 0 && int(n) == s.in.n
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
	s.fds, s.state, s.left, s.peer, s.in = nil, simClosed, true, nil, simBuf{}
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
	kind := simUnix
	if c.a[2]&^(SOCK_NONBLOCK|SOCK_CLOEXEC) == SOCK_DGRAM {
		kind = simUnixgram
	}
	s, t := w.newPair(kind, kind, simUnixBuffer)
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

// releaseEmbryo closes a connection that was not accepted.
//
//go:norace
func (s *simSock) releaseEmbryo() {
	if peer := s.peer; peer != nil {
		s.releasePair()
		peer.err = ECONNRESET
	}
}

// releaseUnixgram closes a datagram socket. Who is connected to it is refused.
//
//go:norace
func (w *simWorld) releaseUnixgram(s *simSock) {
	peer := s.peer
	s.state, s.msgs, s.in, s.peer = simClosed, nil, simBuf{}, nil
	for i := range simFiles {
		if o := w.files[i]; o != nil && o.peer == s {
			o.peer = nil
			o.wake('r' + 'w')
		}
	}
	if peer != nil {
		for i, o := range peer.blocked {
			if o == s {
				peer.blocked = append(peer.blocked[:i:i], peer.blocked[i+1:]...)
				break
			}
		}
	}
	for _, o := range s.blocked {
		o.wake('w')
	}
	s.blocked = nil
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
