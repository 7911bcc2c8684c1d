//go:build greenify_hub && greenify_sim

package syscall

// TCP over the loopback: connections, from listen to the last byte. Other streams send,
// receive and end by the same functions. What a call returns in which state is what Linux returns
// (net/ipv4/tcp.c, af_inet.c): testdata/simnet compares.
//
// A socket is TCP to a loopback address, or to any, of this process. One that turns out
// to want another address, or a port that nobody in the process ever had, becomes a real
// one: simSock.leave.

// simBuffer is how much may be under way in one direction: about what Linux lets a
// sender have by default on the loopback, before anybody reads.
const simBuffer = 2_500_000

//go:norace
func (w *simWorld) listen(s *simSock, backlog int) (uintptr, Errno) {
	if s.state != simIdle && s.state != simListening {
		return 0, EINVAL
	}
	if s.domain == AF_UNIX && !s.bound {
		return 0, EINVAL
	}
	if !s.bound {
		a, err := w.ephemeral(s, s.local)
		if err != 0 {
			return 0, err
		}
		w.bindTo(s, a)
	}
	if s.state == simIdle && s.kind == simTCP {
		// Two may be bound to a port, for a connection each; one may listen.
		for i := len(w.bound) - 1; i >= 0; i-- {
			o := w.bound[i]
			if o != s && o.state == simListening && o.local.port == s.local.port && simOverlap(s, s.local, o, o.local) &&
				(s.option(SOL_SOCKET, simReusePort) == 0 || o.option(SOL_SOCKET, simReusePort) == 0) && !w.left(o) {
				return 0, EADDRINUSE
			}
		}
	}
	const most = 4096 // net.core.somaxconn
	if backlog < 0 || backlog > most {
		backlog = most
	}
	s.state, s.backlog = simListening, backlog
	return 0, 0
}

// listener returns who listens for connections to an address. Of several that share it,
// the seed draws one.
//
//go:norace
func (w *simWorld) listener(a simAddr) *simSock {
	var found *simSock
	best, n := 0, uint64(0)
	for _, o := range w.bound {
		if o.kind != simTCP || o.state != simListening || o.local.port != a.port {
			continue
		}
		score := o.answers(a)
		if score == 0 || score < best {
			continue
		}
		if score > best {
			best, n = score, 0
		}
		if n++; n == 1 || hubNetDraw(n) == 0 {
			found = o
		}
	}
	return found
}

//go:norace
func (w *simWorld) connect(c *simCall, s *simSock) (uintptr, Errno) {
	switch s.kind {
	case simUDP:
		return w.connectUDP(c, s)
	case simUnix, simUnixgram, simSeqpacket:
		return w.connectUnix(c, s)
	}
	a, err := c.addr(s, c.a[2], c.a[3])
	if err != 0 {
		return 0, err
	}
	switch s.state {
	case simListening:
		return 0, EISCONN
	case simPending:
		if s.nonblock {
			return 0, EALREADY
		}
	case simOpen:
		if s.doubts {
			s.doubts = false
			return 0, 0
		}
		return 0, EISCONN
	case simClosed:
		if s.spoilt {
			return 0, EINVAL
		}
		if !s.doubts {
			return 0, EISCONN
		}
		// It was refused. Linux says so, or what it can, and from then on it may try again.
		if err = s.takeErr(); err == 0 {
			err = ECONNABORTED
		}
		s.again()
		return 0, err
	case simIdle:
		a = s.here(a)
		l := w.listener(a)
		if l != nil && !a.loopback() && !a.own() {
			l = nil
		}
		if l == nil && (!a.loopback() || !w.ports[0][a.port] && a.port != 0) {
			return c.outside(s)
		}
		if s.local.any() {
			s.local = s.local.hereAs(a)
			if !a.loopback() {
				s.local.ip = a.ip // an address of this machine's, on which one listens for all
			}
		}
		if !s.bound {
			if s.local, err = w.ephemeral(s, s.local); err != 0 {
				return 0, err
			}
			w.bindTo(s, s.local)
		}
		s.remote = a
		s.doubts = true
		switch {
		case l == nil:
			s.fail(ECONNREFUSED)
		case len(l.queue) > l.backlog:
			s.state, s.server = simPending, l
			l.pending = append(l.pending, s)
		default:
			w.establish(l, s)
		}
		if s.nonblock {
			return 0, EINPROGRESS
		}
	}
	for s.state == simPending {
		if err := s.wait(c, SO_SNDTIMEO, 0); err != 0 {
			if err == EAGAIN {
				err = EINPROGRESS
			}
			return 0, err
		}
	}
	s.doubts = false
	if err := s.takeErr(); err != 0 {
		s.again()
		return 0, err
	}
	return 0, 0
}

// again makes a socket that was refused one that may connect.
//
//go:norace
func (s *simSock) again() {
	s.doubts, s.state, s.rshut, s.wshut = false, simIdle, false, false
	if !s.fixed {
		s.local.ip = simAny(s.domain).ip
	}
}

// establish makes a connection, to be accepted.
//
//go:norace
func (w *simWorld) establish(l, s *simSock) {
	q := w.newSock(l.domain)
	q.state, q.local, q.remote, q.peer = simOpen, s.remote, s.local, s
	q.options = append(q.options, l.options...)
	q.limit, s.limit = s.capacity(q), q.capacity(s)
	w.bindTo(q, q.local)
	s.state, s.peer, s.server = simOpen, q, nil
	l.queue = append(l.queue, q)
	l.wake('r')
	s.wake('w')
}

// capacity is how much may be under way to another socket.
//
//go:norace
func (s *simSock) capacity(to *simSock) int {
	out, in := s.option(SOL_SOCKET, SO_SNDBUF), to.option(SOL_SOCKET, SO_RCVBUF)
	if out == 0 && in == 0 {
		return simBuffer
	}
	if out == 0 {
		out = simBuffer / 2
	}
	if in == 0 {
		in = simBuffer / 2
	}
	return out + in
}

//go:norace
func (w *simWorld) accept(c *simCall, s *simSock, flags uintptr) (uintptr, Errno) {
	if flags&^(SOCK_NONBLOCK|SOCK_CLOEXEC) != 0 {
		return 0, EINVAL
	}
	for s.state == simListening && len(s.queue) == 0 {
		if s.domain == AF_UNIX && s.rshut && !s.nonblock {
			return 0, EINVAL
		}
		if err := s.wait(c, SO_RCVTIMEO, 0); err != 0 {
			return 0, err
		}
	}
	if s.state != simListening {
		return 0, EINVAL
	}
	q := s.queue[0]
	fd, err := w.open(q, 0, flags&SOCK_CLOEXEC != 0)
	if err != 0 {
		return 0, err
	}
	s.queue[0] = nil
	if s.domain == AF_UNIX && len(s.queue) > s.backlog {
		s.wake('w') // who waits in connect
	}
	if s.queue = s.queue[1:]; len(s.pending) > 0 {
		p := s.pending[0]
		s.pending = s.pending[1:]
		w.establish(s, p)
	}
	q.nonblock = flags&SOCK_NONBLOCK != 0
	a := q.remote
	if s.domain == AF_UNIX && q.peer != nil {
		a = q.peer.local // as it is now
	}
	c.putAddr(q, a, c.a[2], c.a[3])
	return fd, 0
}

// takeErr returns the pending error, once.
//
//go:norace
func (s *simSock) takeErr() (err Errno) {
	err, s.err = s.err, 0
	return err
}

// fail ends s for a reason, which the next call returns.
//
//go:norace
func (s *simSock) fail(err Errno) {
	s.err = err
	s.end()
}

// end ends s: nothing comes or goes any more. What has arrived can still be read.
//
//go:norace
func (s *simSock) end() {
	s.state, s.rshut, s.wshut, s.peer = simClosed, true, true, nil
	simTheWorld().unlock(s)
	s.wake('r' + 'w')
}

// reset is the arrival of a reset.
//
//go:norace
func (s *simSock) reset() {
	if s.state != simOpen {
		return
	}
	if s.eof {
		s.fail(EPIPE)
	} else {
		s.fail(ECONNRESET)
	}
}

// finish is the arrival of the peer's end.
//
//go:norace
func (s *simSock) finish() {
	if s.state != simOpen {
		return
	}
	s.eof, s.rshut = true, true
	if s.wshut {
		s.end()
		return
	}
	s.wake('r')
}

// release is called when nothing has a descriptor of s any more.
//
//go:norace
func (w *simWorld) release(s *simSock) {
	w.unbind(s)
	switch s.kind {
	case simTCP:
	case simUDP:
		s.drain()
		s.state = simClosed
		return
	case simPipeRead, simPipeWrite:
		s.releasePipe()
		return
	case simUnixgram:
		w.releaseUnixgram(s)
		return
	default:
		if s.state == simListening {
			w.deafen(s)
		}
		s.releasePair()
		return
	}
	peer := s.peer
	switch s.state {
	case simListening:
		w.deafen(s)
	case simPending:
		for i, p := range s.server.pending {
			if p == s {
				s.server.pending = append(s.server.pending[:i:i], s.server.pending[i+1:]...)
				break
			}
		}
	case simOpen:
		unread := s.in.n > 0
		linger := s.lingers()
		s.state, s.peer = simClosed, nil
		if peer == nil {
			break
		}
		if unread || linger == 0 {
			peer.reset()
		} else {
			if !s.wshut {
				peer.finish()
			}
			peer.peer = nil
		}
	}
	s.state, s.in, s.peer = simClosed, simBuf{}, nil
}

// deafen ends listening. Who was not accepted is reset.
//
//go:norace
func (w *simWorld) deafen(s *simSock) {
	queue, pending := s.queue, s.pending
	s.queue, s.pending, s.state = nil, nil, simIdle
	if s.kind == simTCP {
		w.unlock(s)
	}
	s.wake('w')
	for _, q := range queue {
		if q.domain == AF_UNIX {
			q.releaseEmbryo()
			continue
		}
		w.unbind(q)
		peer := q.peer
		q.state, q.peer = simClosed, nil
		if peer != nil {
			peer.reset()
		}
	}
	for _, p := range pending {
		p.server = nil
		p.fail(ECONNREFUSED)
	}
}

//go:norace
func (s *simSock) shutdown(how int) (uintptr, Errno) {
	if how < SHUT_RD || how > SHUT_RDWR {
		return 0, EINVAL
	}
	if s.datagrams() {
		s.rshut = s.rshut || how != SHUT_WR
		s.wshut = s.wshut || how != SHUT_RD
		s.wake('r' + 'w')
		if s.kind == simUDP && s.state != simOpen {
			return 0, ENOTCONN // and yet it is
		}
		return 0, 0
	}
	if s.domain == AF_UNIX {
		s.shutdownUnix(how)
		return 0, 0
	}
	if s.doubts { // for connect, it is connected from now on, or good for nothing
		s.doubts, s.spoilt = false, s.state == simClosed
	}
	switch s.state {
	case simIdle, simClosed:
		s.rshut = s.rshut || how != SHUT_WR
		s.wshut = s.wshut || how != SHUT_RD
		s.wake('r' + 'w')
		return 0, ENOTCONN
	case simListening:
		if how != SHUT_WR {
			simTheWorld().deafen(s)
			s.wake('r' + 'w')
		}
		return 0, 0
	case simPending:
		return 0, 0
	}
	if how != SHUT_WR {
		s.rshut = true
	}
	if how != SHUT_RD && !s.wshut {
		s.wshut = true
		if peer := s.peer; peer != nil {
			peer.finish()
		}
		if s.eof {
			s.end()
			return 0, 0
		}
	}
	switch how {
	case SHUT_RD:
		s.wake('r')
	case SHUT_WR:
		s.wake('w')
	default:
		s.wake('r' + 'w')
	}
	return 0, 0
}

//go:norace
func (s *simSock) receive(c *simCall, m simMem, flags uintptr) (uintptr, Errno) {
	if flags&MSG_OOB != 0 {
		return 0, EINVAL
	}
	total := 0
	for {
		if s.state == simIdle && !s.rshut || s.state == simListening {
			if s.kind == simUnix {
				return 0, EINVAL
			}
			return 0, ENOTCONN
		}
		skip := total
		if flags&MSG_PEEK == 0 {
			skip = 0
		}
		done := 0 // bytes of the memory
		got := 0
		for i := 0; ; i++ {
			p, n, ok := m.rest(c, i, &done, total) // what is before it was filled before
			if !ok {
				break
			}
			got += s.in.get(p, n, skip+got)
		}
		if got > 0 && flags&MSG_PEEK == 0 {
			s.in.drop(got)
			if s.short && s.peer != nil {
				s.short = false
				s.peer.wake('w')
			}
		}
		total += got
		if total > 0 && (flags&MSG_WAITALL == 0 || total == done) || done == 0 {
			return uintptr(total), 0
		}
		if s.eof {
			return uintptr(total), 0
		}
		if total > 0 && s.err != 0 {
			return uintptr(total), 0
		}
		if err := s.takeErr(); err != 0 {
			return 0, err
		}
		if s.rshut {
			return uintptr(total), 0
		}
		if err := s.wait(c, SO_RCVTIMEO, flags); err != 0 {
			if total > 0 {
				return uintptr(total), 0
			}
			return 0, err
		}
	}
}

// space is how much may be sent.
//
//go:norace
func (s *simSock) space() int {
	if s.peer == nil {
		return simBuffer
	}
	return max(0, s.peer.limit-s.peer.in.n)
}

//go:norace
func (s *simSock) send(c *simCall, m simMem, flags uintptr) (uintptr, Errno) {
	if flags&MSG_OOB != 0 {
		return 0, EOPNOTSUPP
	}
	total := 0
	for {
		if s.err != 0 && s.kind == simTCP || s.wshut || s.state == simIdle || s.state == simListening {
			if total > 0 {
				return uintptr(total), 0
			}
			err := EPIPE
			if s.kind == simUnix && !s.wshut {
				err = ENOTCONN
			} else if s.kind == simTCP && s.err != 0 {
				err = s.takeErr()
			}
			if err == EPIPE && flags&MSG_NOSIGNAL == 0 {
				hubSimRaises(SIGPIPE)
			}
			return 0, err
		}
		if s.state == simOpen {
			if s.peer == nil {
				// The other end is closed, and answers that. This call has not seen it.
				n := min(m.size(c), simBuffer)
				if n > 0 {
					s.reset()
				}
				return uintptr(n), 0
			}
			if peer := s.peer; s.kind == simTCP && peer.rshut && peer.wshut && m.size(c) > 0 {
				// Who neither sends nor receives any more answers data with a reset, and is itself.
				peer.reset()
				s.reset()
				return uintptr(min(m.size(c), simBuffer)), 0
			}
			room := s.space()
			done, sent := 0, 0
			for i := 0; ; i++ {
				p, n, ok := m.rest(c, i, &done, total)
				if !ok {
					break
				}
				if n = min(n, room-sent); n > 0 {
					s.peer.in.put(p, n)
					sent += n
				}
			}
			if total += sent; sent > 0 {
				s.peer.wake('r')
			}
			if total == done {
				return uintptr(total), 0
			}
			s.peer.short = true
		}
		if err := s.wait(c, SO_SNDTIMEO, flags); err != 0 {
			if total > 0 {
				return uintptr(total), 0
			}
			return 0, err
		}
	}
}
