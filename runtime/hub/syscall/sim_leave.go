//go:build greenify_hub && greenify_sim

package syscall

import (
	"internal/runtime/syscall/linux"
	"unsafe"
)

// What leaves the process.
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
	if hubChildren != 0 {
		hubChildBefore() // those that there are may want what it wants
	}
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
	case s.kind == simUDP, s.kind == simUnixgram && s.peer == nil, (s.kind == simUnix || s.kind == simSeqpacket) && s.state == simIdle && !s.bound:
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
		if s.peer.state != simClosed && s.peer.peer != s || len(s.msgs)+len(s.peer.msgs) > 0 {
			return EOPNOTSUPP
		}
		_, _, err = linux.Syscall6(SYS_SOCKETPAIR, AF_UNIX, SOCK_DGRAM|SOCK_CLOEXEC, 0, uintptr(unsafe.Pointer(&fds)), 0, 0)
	} else if s.pipe == nil {
		_, _, err = linux.Syscall6(SYS_SOCKETPAIR, AF_UNIX, s.socketType()|SOCK_CLOEXEC, 0, uintptr(unsafe.Pointer(&fds)), 0, 0)
	} else {
		_, _, err = linux.Syscall6(SYS_PIPE2, uintptr(unsafe.Pointer(&fds)), O_CLOEXEC, 0, 0, 0, 0)
		if err == 0 && s.pipe.most != simPipePages {
			linux.Syscall6(SYS_FCNTL, uintptr(fds[0]), simSetPipeSize, uintptr(s.pipe.most*simPageSize), 0, 0, 0)
		}
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
	ends := s.pipe == nil && !s.datagrams()
	if s.wshut && ends {
		linux.Syscall6(SYS_SHUTDOWN, first, SHUT_WR, 0, 0, 0, 0)
	}
	if peer != nil && peer.wshut && ends {
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
	if err := s.realConnect(client, s.remote); err != 0 {
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
	in := &s.in
	if s.kind == simPipeRead {
		in = &s.pipe.in
	}
	linux.Syscall6(SYS_FCNTL, other, F_SETFL, O_NONBLOCK, 0, 0, 0)
	all := true
	write := func(b []byte) {
		n, _, err := linux.Syscall6(SYS_WRITE, other, uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)), 0, 0, 0)
		all = all && err == 0 && int(n) == len(b)
	}
	if s.kind == simSeqpacket {
		for _, msg := range s.msgs {
			write(msg.data)
		}
	} else if in.n > 0 {
		write(in.b[in.r : in.r+in.n])
	}
	linux.Syscall6(SYS_FCNTL, other, F_SETFL, 0, 0, 0, 0)
	return all
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
	s.fds, s.state, s.left, s.peer, s.in, s.msgs = nil, simClosed, true, nil, simBuf{}, nil
	if s.pipe != nil {
		s.pipe.in, s.pipe.pages = simBuf{}, nil // of both ends
	}
	s.wake('r' + 'w')
}

// realBind binds a socket of the kernel's, which is of the same family as s.
//
//go:norace
func (s *simSock) realBind(fd uintptr, a simAddr) uintptr { return s.realAt(SYS_BIND, fd, a) }

// realConnect connects one.
//
//go:norace
func (s *simSock) realConnect(fd uintptr, a simAddr) uintptr { return s.realAt(SYS_CONNECT, fd, a) }

// realAt makes a call with an address. It is kept where the stack does not move it.
//
//go:norace
func (s *simSock) realAt(call, fd uintptr, a simAddr) uintptr {
	r := &simRaw
	r.n = uint32(len(r.addr))
	var c simCall
	c.putAddr(s, a, uintptr(unsafe.Pointer(&r.addr)), uintptr(unsafe.Pointer(&r.n)))
	_, _, err := linux.Syscall6(call, fd, uintptr(unsafe.Pointer(&r.addr)), uintptr(r.n), 0, 0, 0)
	return err
}

var simRaw struct {
	addr [SizeofSockaddrUnix + 1]byte
	n    uint32
}

// realBindAgain binds a socket of the kernel's as s is bound. Of a port that the seed drew the
// kernel knows nothing, and it may have it in use, also for what has ended lately: then it is
// another one. Not so if s listens: who is to connect has been told the port.
//
//go:norace
func (s *simSock) realBindAgain(fd uintptr) uintptr {
	a := s.local
	err := s.realBind(fd, a)
	if Errno(err) == EADDRINUSE && s.domain != AF_UNIX && !s.locked && s.state != simListening {
		a.port = 0
		err = s.realBind(fd, a)
	}
	return err
}

// realSocket makes a socket of the kernel's that is as s has been made, with its options and
// its address.
//
//go:norace
func (s *simSock) realSocket(kind uintptr) (fd uintptr, err Errno) {
	fd, _, e := linux.Syscall6(SYS_SOCKET, s.domain, kind|SOCK_CLOEXEC, 0, 0, 0, 0)
	if e != 0 {
		return simNoFD, Errno(e)
	}
	s.realOptions(fd)
	if s.bound {
		if e := s.realBindAgain(fd); e != 0 {
			return fd, Errno(e)
		}
	}
	return fd, 0
}

const simNoFD = ^uintptr(0)

// realReady puts such a socket in the place of s, or drops it if something went wrong.
//
//go:norace
func (s *simSock) realReady(fd uintptr, err Errno) Errno {
	if err != 0 {
		if fd != simNoFD {
			linux.Syscall6(SYS_CLOSE, fd, 0, 0, 0, 0, 0)
		}
		return err
	}
	simTheWorld().hand(s)
	s.become(fd)
	return 0
}

// leaveIdle makes a datagram or Unix socket that has done nothing yet the kernel's.
//
//go:norace
func (s *simSock) leaveIdle() Errno {
	fd, err := s.realSocket(s.socketType())
	if err == 0 && s.kind == simUDP && s.state == simOpen {
		err = Errno(s.realConnect(fd, s.remote))
	}
	return s.realReady(fd, err)
}

// passes makes sendmsg with ancillary data, as of descriptors: the kernel has to do it, so
// the socket and they become real.
//
//go:norace
func (c *simCall) passes(s *simSock) (uintptr, Errno) {
	if err := s.leave(); err != 0 {
		return 0, err
	}
	h := (*Msghdr)(c.at(c.a[2]))
	var fds []*int32
	var was []int32
	for off := uintptr(0); off+SizeofCmsghdr <= uintptr(h.Controllen); {
		m := (*Cmsghdr)(unsafe.Add(unsafe.Pointer(h.Control), off))
		if m.Len < SizeofCmsghdr {
			break
		}
		if m.Level == SOL_SOCKET && m.Type == SCM_RIGHTS {
			for at := uintptr(SizeofCmsghdr); at+4 <= uintptr(m.Len); at += 4 {
				fd := (*int32)(unsafe.Add(unsafe.Pointer(m), at))
				if uintptr(*fd)-simBase < simFiles {
					real, err := hubReal(uintptr(*fd))
					if err != 0 {
						return 0, err
					}
					fds, was = append(fds, fd), append(was, *fd)
					*fd = int32(real)
				}
			}
		}
		off += (uintptr(m.Len) + 7) &^ 7
	}
	n, err := c.real()
	for i, fd := range fds {
		*fd = was[i]
	}
	return n, err
}

// leaveTCP makes s a socket of the kernel's.
//
//go:norace
func (s *simSock) leaveTCP() Errno {
	fd, err := s.realSocket(SOCK_STREAM)
	if err == 0 && s.state == simListening {
		_, _, e := linux.Syscall6(SYS_LISTEN, fd, uintptr(s.backlog), 0, 0, 0, 0)
		err = Errno(e)
	}
	return s.realReady(fd, err)
}

// outside makes bind or connect with a socket of the kernel's.
//
//go:norace
func (c *simCall) outside(s *simSock) (uintptr, Errno) {
	if err := s.leave(); err != 0 {
		return 0, err
	}
	fd, _ := simReal(c.a[1])
	// The address is kept where the stack does not move it. Nonblocking, connect does not
	// wait; else it does, and keeps the hub until it is rescued.
	var raw [128]byte
	simMove(unsafe.Pointer(&raw), c.at(c.a[2]), min(c.a[3], uintptr(len(raw))))
	_, _, err := Syscall(c.a[0], fd, uintptr(unsafe.Pointer(&raw)), c.a[3])
	return 0, err
}

// hand has the kernel have the address of a socket: who connects to it asks there.
//
//go:norace
func (w *simWorld) hand(s *simSock) {
	if s.bound && s.domain != AF_UNIX {
		w.ports[s.protocol()][s.local.port] = false
	}
	w.unbind(s)
}

// outsideTo makes the call with a socket of the kernel's.
//
//go:norace
func (c *simCall) outsideTo(s *simSock) (uintptr, Errno) {
	if len(s.msgs) > 0 {
		return 0, ENETUNREACH // it has friends inside
	}
	if err := s.leave(); err != 0 {
		return 0, err
	}
	return c.real()
}

// real makes the call with the kernel's descriptor, which there is by now. It does not
// wait.
//
//go:norace
func (c *simCall) real() (uintptr, Errno) {
	fd, _ := simReal(c.a[1])
	a := &c.a
	r, _, err := linux.Syscall6(a[0], fd, c.where(a[2]), c.where(a[3]), c.where(a[4]), c.where(a[5]), c.where(a[6]))
	return r, Errno(err)
}
