//go:build greenify_hub && greenify_sim

package syscall

import (
	"internal/runtime/syscall/linux"
	"unsafe"
)

// Datagrams: UDP over the loopback, and Unix sockets of that kind. Nothing is lost but
// what finds no room (UDP), and nothing overtakes.

// A simMsg is a datagram.
type simMsg struct {
	data []byte
	from simAddr
}

const (
	simMsgCost   = 512    // what the kernel takes for one besides its bytes, about
	simMsgBuffer = 212992 // net.core.rmem_default
	simUDPMost   = 65507
)

//go:norace
func (s *simSock) datagrams() bool { return s.kind == simUDP || s.kind == simUnixgram }

//go:norace
func (s *simSock) full() bool {
	limit := s.limit
	if n := s.option(SOL_SOCKET, SO_RCVBUF); n != 0 {
		limit = n
	}
	return s.in.n+len(s.msgs)*simMsgCost >= limit
}

// receiveFrom receives a datagram. It returns whose it is, how long it was, and how much
// of it there was room for.
//
//go:norace
func (s *simSock) receiveFrom(c *simCall, m simMem, flags uintptr) (from simAddr, length, n int, err Errno) {
	for {
		if len(s.msgs) > 0 {
			msg := s.msgs[0]
			for i := 0; ; i++ {
				p, size, ok := m.part(c, i)
				if !ok {
					break
				}
				if size = min(size, len(msg.data)-n); size > 0 {
					simMove(p, unsafe.Pointer(&msg.data[n]), uintptr(size))
					n += size
				}
			}
			if flags&MSG_PEEK == 0 {
				s.msgs[0] = simMsg{}
				s.msgs = s.msgs[1:]
				s.in.n -= len(msg.data)
				for _, o := range s.blocked {
					o.wake('w')
				}
				s.blocked = nil
			}
			return msg.from, len(msg.data), n, 0
		}
		if err := s.takeErr(); err != 0 {
			return from, 0, 0, err
		}
		if s.rshut {
			return from, 0, 0, 0
		}
		if err := s.wait(c, SO_RCVTIMEO, flags); err != 0 {
			return from, 0, 0, err
		}
	}
}

// sendTo sends a datagram to an address, or if none is given to the one that s is connected to.
//
//go:norace
func (w *simWorld) sendTo(c *simCall, s *simSock, m simMem, flags, to, size uintptr) (uintptr, Errno) {
	if flags&MSG_OOB != 0 {
		return 0, EOPNOTSUPP
	}
	n := m.size(c)
	if s.kind == simUDP && n > simUDPMost || s.kind == simUnixgram && n > simMsgBuffer-32 {
		return 0, EMSGSIZE
	}
	if err := s.takeErr(); err != 0 && s.kind == simUDP {
		return 0, err
	}
	if s.wshut {
		return 0, EPIPE
	}
	a := s.remote
	if to != 0 && size > 0 {
		var err Errno
		if a, err = c.addr(s, to, size); err != 0 {
			return 0, err
		}
	} else if s.state != simOpen {
		if s.kind == simUDP {
			return 0, EDESTADDRREQ
		}
		return 0, ENOTCONN
	}
	for {
		var peer *simSock
		if s.kind == simUnixgram {
			var err Errno
			if peer, err = w.unixPeer(s, a, to != 0 && size > 0); err != 0 {
				if err == simOutside {
					return c.outsideTo(s)
				}
				return 0, err
			}
		} else {
			if a.port == 0 {
				return 0, EINVAL
			}
			if a.any() {
				port := a.port
				a = simLoopback(a.is4())
				a.port = port
			}
			peer = w.receiver(s, a)
			if peer == nil && (!a.loopback() || !w.ports[1][a.port]) {
				return c.outsideTo(s)
			}
			if err := w.autobind(s, a); err != 0 {
				return 0, err
			}
			if peer == nil { // the answer is that the port is unreachable, of which only who is connected hears
				if s.state == simOpen {
					s.err = ECONNREFUSED
					s.wake('r' + 'w')
				}
				return uintptr(n), 0
			}
		}
		if peer.rshut && s.kind == simUnixgram {
			return 0, EPIPE
		}
		if peer.full() {
			if s.kind == simUDP {
				return uintptr(n), 0 // lost
			}
			peer.blocked = append(peer.blocked, s)
			if err := s.wait(c, SO_SNDTIMEO, flags); err != 0 {
				return 0, err
			}
			continue
		}
		msg := simMsg{from: s.local}
		if s.kind == simUDP && s.local.any() {
			msg.from = simLoopback(a.is4())
			msg.from.port = s.local.port
		}
		if n > 0 {
			msg.data = make([]byte, n)
			done := 0
			for i := 0; ; i++ {
				p, size, ok := m.part(c, i)
				if !ok {
					break
				}
				if size > 0 {
					simMove(unsafe.Pointer(&msg.data[done]), p, uintptr(size))
					done += size
				}
			}
		}
		peer.msgs = append(peer.msgs, msg)
		peer.in.n += n
		peer.wake('r')
		return uintptr(n), 0
	}
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

// autobind gives a UDP socket that is to send to an address one of its own.
//
//go:norace
func (w *simWorld) autobind(s *simSock, to simAddr) (err Errno) {
	if s.bound {
		return 0
	}
	a := simAny(s.domain)
	if a, err = w.ephemeral(s, a); err == 0 {
		w.bindTo(s, a)
	}
	return err
}

// receiver returns the UDP socket that a datagram from s to an address goes to. Of several
// that share it, the seed draws one.
//
//go:norace
func (w *simWorld) receiver(s *simSock, a simAddr) *simSock {
	var found *simSock
	best, n := 0, uint64(0)
	for _, o := range w.bound {
		if o.kind != simUDP || o.local.port != a.port {
			continue
		}
		score := o.answers(a)
		if score == 0 {
			continue
		}
		if o.state == simOpen { // it hears of one other alone
			if o.remote.port != s.local.port || !s.local.any() && o.remote.ip != s.local.ip {
				continue
			}
			score += 10
		}
		if score > best {
			best, n = score, 0
		} else if score < best {
			continue
		}
		if n++; n == 1 || hubNetDraw(n) == 0 {
			found = o
		}
	}
	return found
}

// connectUDP is connect: from then on there is one other.
//
//go:norace
func (w *simWorld) connectUDP(c *simCall, s *simSock) (uintptr, Errno) {
	if c.a[3] >= 2 && *(*uint16)(c.at(c.a[2])) == AF_UNSPEC {
		s.state, s.remote = simIdle, simAny(s.domain)
		return 0, 0
	}
	a, err := c.addr(s, c.a[2], c.a[3])
	if err != 0 {
		return 0, err
	}
	if a.any() {
		port := a.port
		a = simLoopback(a.is4())
		a.port = port
	}
	if !a.loopback() || !w.ports[1][a.port] && a.port != 0 {
		return c.outside(s)
	}
	if err := w.autobind(s, a); err != 0 {
		return 0, err
	}
	if s.local.any() {
		port := s.local.port
		s.local = simLoopback(a.is4())
		s.local.port = port
	}
	s.remote, s.state = a, simOpen
	s.wake('w')
	return 0, 0
}

// Unix sockets with names. What a path names is a file, made by mknod: it can be seen,
// renamed and removed as ever, and the socket is known by its device and number.

// simOutside says that a file is a socket of another process's.
const simOutside Errno = 1 << 20

// unixName finds the file that an address names.
//
//go:norace
func (a *simAddr) unixName() (err Errno) {
	if a.name == "" || a.name[0] == 0 {
		return 0
	}
	var st Stat_t
	if e := Stat(a.name, &st); e != nil {
		return e.(Errno)
	}
	if st.Mode&S_IFMT != S_IFSOCK {
		return ECONNREFUSED
	}
	a.dev, a.ino = uint64(st.Dev), st.Ino
	return 0
}

// same reports whether two addresses of Unix sockets are the same.
//
//go:norace
func (a *simAddr) same(b *simAddr) bool {
	if a.name == "" || b.name == "" || (a.name[0] == 0) != (b.name[0] == 0) {
		return false
	}
	if a.name[0] == 0 {
		return a.name == b.name
	}
	return a.dev == b.dev && a.ino == b.ino
}

// unixPeer returns whom s sends to.
//
//go:norace
func (w *simWorld) unixPeer(s *simSock, a simAddr, find bool) (*simSock, Errno) {
	if !find {
		if s.peer == nil {
			return nil, ECONNREFUSED
		}
		return s.peer, 0
	}
	if err := a.unixName(); err != 0 {
		return nil, err
	}
	o := w.unixBound(&a)
	if o == nil {
		return nil, simOutside
	}
	if o.kind != s.kind {
		return nil, EPROTOTYPE
	}
	return o, 0
}

// unixBound returns the Unix socket that has an address.
//
//go:norace
func (w *simWorld) unixBound(a *simAddr) *simSock {
	for _, o := range w.bound {
		if (o.kind == simUnix || o.kind == simUnixgram) && o.local.same(a) {
			return o
		}
	}
	return nil
}

//go:norace
func (w *simWorld) bindUnix(c *simCall, s *simSock) (uintptr, Errno) {
	a, err := c.addr(s, c.a[2], c.a[3])
	if err != 0 {
		return 0, err
	}
	if s.bound {
		return 0, EINVAL
	}
	switch {
	case a.name == "": // one that nobody has
		name := []byte("\x0000000")
		for {
			n := hubNetDraw(1 << 20)
			for i := range 5 {
				name[1+i] = "0123456789abcdef"[n>>(4*i)&15]
			}
			a.name = unsafe.String(&name[0], len(name))
			if _, err := w.unixPeer(s, a, true); err == simOutside {
				break
			}
		}
	case a.name[0] == 0:
		if o := w.unixBound(&a); o != nil && !w.left(o) {
			return 0, EADDRINUSE
		}
	default:
		e := Mknod(a.name, S_IFSOCK|0o777, 0)
		if e == EEXIST && a.unixName() == 0 {
			if o := w.unixBound(&a); o != nil && w.left(o) {
				Unlink(a.name)
				e = Mknod(a.name, S_IFSOCK|0o777, 0)
			}
		}
		if e != nil {
			if e == EEXIST {
				e = EADDRINUSE
			}
			return 0, e.(Errno)
		}
		if err := a.unixName(); err != 0 {
			return 0, err
		}
	}
	s.local, s.bound, s.epoch = a, true, hubNetEpoch()
	w.bound = append(w.bound, s)
	return 0, 0
}

//go:norace
func (w *simWorld) connectUnix(c *simCall, s *simSock) (uintptr, Errno) {
	if s.kind == simUnixgram && c.a[3] >= 2 && *(*uint16)(c.at(c.a[2])) == AF_UNSPEC {
		s.state, s.peer, s.remote = simIdle, nil, simAddr{}
		return 0, 0
	}
	a, err := c.addr(s, c.a[2], c.a[3])
	if err != 0 {
		return 0, err
	}
	if a.name == "" {
		return 0, EINVAL
	}
	l, err := w.unixPeer(s, a, true)
	if err == simOutside {
		if a.name[0] == 0 || s.bound {
			return 0, ECONNREFUSED
		}
		return c.outside(s)
	}
	if err != 0 {
		return 0, err
	}
	a = l.local
	if s.kind == simUnixgram {
		s.remote, s.peer, s.state = a, l, simOpen
		return 0, 0
	}
	switch s.state {
	case simOpen, simClosed:
		return 0, EISCONN
	case simListening:
		return 0, EINVAL
	}
	for {
		if l.state != simListening {
			return 0, ECONNREFUSED
		}
		if len(l.queue) <= l.backlog {
			break
		}
		if s.nonblock {
			return 0, EAGAIN
		}
		if c.until == 0 {
			c.until = -1
			if d := s.timeout(SO_SNDTIMEO); d != 0 {
				c.until = hubNetNow() + d
			}
		}
		if c.until >= 0 && hubNetNow() >= c.until {
			return 0, EAGAIN
		}
		l.park(c.until)
	}
	q := w.newSock(AF_UNIX)
	q.kind = simUnix
	q.limit, s.limit = simUnixBuffer, simUnixBuffer
	q.state, s.state = simOpen, simOpen
	q.peer, s.peer = s, q
	q.local, q.remote, s.remote = a, s.local, a
	l.queue = append(l.queue, q)
	l.wake('r')
	s.wake('w')
	return 0, 0
}

// leaveIdle makes a datagram or Unix socket that has done nothing yet the kernel's.
//
//go:norace
func (s *simSock) leaveIdle() Errno {
	kind := uintptr(SOCK_STREAM | SOCK_CLOEXEC)
	if s.datagrams() {
		kind = SOCK_DGRAM | SOCK_CLOEXEC
	}
	fd, _, err := linux.Syscall6(SYS_SOCKET, s.domain, kind, 0, 0, 0, 0)
	if err != 0 {
		return Errno(err)
	}
	s.realOptions(fd)
	if s.bound {
		if err := s.realBind(fd, s.local); err != 0 {
			linux.Syscall6(SYS_CLOSE, fd, 0, 0, 0, 0, 0)
			return Errno(err)
		}
	}
	simTheWorld().hand(s)
	s.become(fd)
	return 0
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
