//go:build greenify_hub && greenify_sim

package syscall

import (
	"internal/runtime/syscall/linux"
	"unsafe"
)

// Unix sockets: names, pairs, and how they end. What a path names is a file, made by mknod: it can be seen,
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

// unixPeer returns who has an address that s names.
//
//go:norace
func (w *simWorld) unixPeer(s *simSock, a simAddr) (*simSock, Errno) {
	if err := a.unixName(); err != 0 {
		return nil, err
	}
	o := w.unixBound(&a, s.kind)
	if o == nil {
		if err := s.ask(a); err != 0 {
			return nil, err
		}
		return nil, simOutside
	}
	if o.kind != s.kind {
		return nil, EPROTOTYPE
	}
	return o, 0
}

// ask asks the kernel whether another process has a socket of a name, for which it has one
// of the other kind want to be connected: nobody there hears of that.
//
//go:norace
func (s *simSock) ask(a simAddr) Errno {
	kind := uintptr(SOCK_DGRAM)
	if s.kind == simUnixgram {
		kind = SOCK_STREAM
	}
	fd, _, err := linux.Syscall6(SYS_SOCKET, AF_UNIX, kind|SOCK_NONBLOCK|SOCK_CLOEXEC, 0, 0, 0, 0)
	if err != 0 {
		return Errno(err)
	}
	err = s.realConnect(fd, a)
	linux.Syscall6(SYS_CLOSE, fd, 0, 0, 0, 0, 0)
	switch Errno(err) {
	case EPROTOTYPE:
		return 0
	case 0, EAGAIN:
		return EPROTOTYPE
	}
	return Errno(err)
}

// unixBound returns the Unix socket that has an address. Names that are no paths are of a kind.
//
//go:norace
func (w *simWorld) unixBound(a *simAddr, kind simKind) *simSock {
	for _, o := range w.bound {
		if o.domain == AF_UNIX && o.local.same(a) && (o.kind == kind || a.name[0] != 0) {
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
	if s.local.name != "" { // also what was accepted
		var st Stat_t
		switch {
		case a.name == "":
			return 0, 0
		case a.name[0] != 0 && Lstat(a.name, &st) == nil:
			return 0, EADDRINUSE // Linux finds that first
		}
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
			if w.unixBound(&a, s.kind) == nil {
				break
			}
		}
	case a.name[0] == 0:
		if o := w.unixBound(&a, s.kind); o != nil && !w.left(o) {
			return 0, EADDRINUSE
		}
	default:
		e := Mknod(a.name, S_IFSOCK|0o777, 0)
		if e == EEXIST && a.unixName() == 0 {
			if o := w.unixBound(&a, s.kind); o != nil && w.left(o) {
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
		w.forgetFile(a.dev, a.ino)
	}
	s.local, s.bound, s.epoch = a, true, hubNetEpoch()
	w.bound = append(w.bound, s)
	return 0, 0
}

// forgetFile has sockets lose a file by its number, which another file has now: theirs was removed. (The
// kernel gives no number to another file as long as a socket has it.)
//
//go:norace
func (w *simWorld) forgetFile(dev, ino uint64) {
	for _, o := range w.bound {
		if o.domain == AF_UNIX && o.local.dev == dev && o.local.ino == ino {
			o.local.dev, o.local.ino = 0, 0
		}
	}
}

//go:norace
func (w *simWorld) connectUnix(c *simCall, s *simSock) (uintptr, Errno) {
	if s.kind == simUnixgram && c.a[3] >= 2 && *(*uint16)(c.at(c.a[2])) == AF_UNSPEC {
		s.connectTo(nil)
		return 0, 0
	}
	a, err := c.addr(s, c.a[2], c.a[3])
	if err != 0 {
		return 0, err
	}
	if a.name == "" {
		return 0, EINVAL
	}
	l, err := w.unixPeer(s, a)
	if err == simOutside {
		if s.bound {
			return 0, ECONNREFUSED // it cannot be bound in both worlds
		}
		return c.outside(s)
	}
	if err != 0 {
		return 0, err
	}
	a = l.local
	if s.kind == simUnixgram {
		if !s.maySend(l) {
			return 0, EPERM
		}
		s.connectTo(l)
		return 0, 0
	}
	for {
		if l.state != simListening || l.rshut {
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
	switch s.state {
	case simOpen, simClosed:
		return 0, EISCONN
	case simListening:
		return 0, EINVAL
	}
	q := w.newSock(AF_UNIX)
	q.kind = s.kind
	q.limit, s.limit = simUnixBuffer, simUnixBuffer
	q.state, s.state = simOpen, simOpen
	q.peer, s.peer = s, q
	q.local, q.remote, s.remote = a, s.local, a
	l.queue = append(l.queue, q)
	l.wake('r')
	s.wake('w')
	return 0, 0
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

const simUnixBuffer = 212992 // net.core.wmem_default

// simUnixKind is the kind of a Unix socket of a type, which may have flags.
//
//go:norace
func simUnixKind(t uintptr) simKind {
	switch t &^ (SOCK_NONBLOCK | SOCK_CLOEXEC) {
	case SOCK_DGRAM:
		return simUnixgram
	case SOCK_SEQPACKET:
		return simSeqpacket
	}
	return simUnix
}

//go:norace
func (w *simWorld) socketpair(c *simCall) (uintptr, Errno) {
	kind := simUnixKind(c.a[2])
	s, t := w.newPair(kind, kind, simUnixBuffer)
	s.nonblock = c.a[2]&SOCK_NONBLOCK != 0
	t.nonblock = s.nonblock
	return w.openBoth(c, c.a[4], s, t, c.a[2]&SOCK_CLOEXEC != 0)
}

// socketType is the type by which the kernel knows sockets of the kind.
//
//go:norace
func (s *simSock) socketType() uintptr {
	switch s.kind {
	case simUDP, simUnixgram:
		return SOCK_DGRAM
	case simSeqpacket:
		return SOCK_SEQPACKET
	}
	return SOCK_STREAM
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

// releasePair closes a stream, or a socket of packets.
//
//go:norace
func (s *simSock) releasePair() {
	peer := s.peer
	unread := s.in.n > 0 || len(s.msgs) > 0
	s.drain()
	s.state, s.in, s.peer = simClosed, simBuf{}, nil
	if peer == nil {
		return
	}
	peer.rshut, peer.wshut, peer.peer, peer.remote = true, true, nil, s.local
	if unread {
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
	s.drain()
	s.state, s.peer = simClosed, nil
	for i := range simFiles {
		if o := w.files[i]; o != nil && o.peer == s {
			o.wake('r' + 'w')
		}
	}
}

// part has a datagram socket that was connected to another forget what has arrived. If
// that one is connected to it, it hears of it.
//
//go:norace
func (s *simSock) part(old *simSock) {
	if len(s.msgs) == 0 {
		return
	}
	s.drain()
	if old.state != simClosed && old.peer == s {
		old.err = ECONNRESET
		old.wake('r' + 'w')
	}
}

// drain drops what has arrived at a datagram socket.
//
//go:norace
func (s *simSock) drain() {
	for len(s.msgs) > 0 {
		s.next()
	}
	for _, o := range s.blocked {
		o.wake('w')
	}
	s.blocked = nil
}

// maySend reports whether s may send to a datagram socket: one that is connected hears of
// that one other alone.
//
//go:norace
func (s *simSock) maySend(to *simSock) bool { return to.peer == nil || to.peer == s }

// connectTo connects a datagram socket to another, or to none.
//
//go:norace
func (s *simSock) connectTo(peer *simSock) {
	old := s.peer
	if s.peer, s.state, s.remote = peer, simIdle, (simAddr{}); peer != nil {
		s.state, s.remote = simOpen, peer.local
	}
	if old != nil && old != peer {
		s.part(old)
	}
	s.wake('w')
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
