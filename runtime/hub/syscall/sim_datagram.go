//go:build greenify_hub && greenify_sim

package syscall

import "unsafe"

// Datagrams: UDP over the loopback, and Unix sockets of that kind. Nothing is lost but
// what finds no room (UDP), and nothing overtakes. Packets in sequence (SOCK_SEQPACKET) are
// datagrams, too: their sockets are connected and closed as streams are (sim_unix.go).

// A simMsg is a datagram or a packet.
type simMsg struct {
	data   []byte
	from   simAddr  // UDP
	to     simAddr  // likewise
	sender *simSock // Unix: its address is the one that it has when it is received
}

const (
	simMsgBuffer = 212992 // net.core.rmem_default, wmem_default
	simUDPMost   = 65507
	simMsgQueue  = 10 // net.unix.max_dgram_qlen
)

// simMsgCost returns what Linux takes for a datagram of n bytes, about (alloc_skb).
//
//go:norace
func simMsgCost(n int) int {
	size := (n+63)&^63 + 320
	bucket := 704
	for bucket < size {
		if bucket == 704 {
			bucket = 512
		}
		bucket *= 2
	}
	return bucket + 256
}

//go:norace
func (s *simSock) datagrams() bool { return s.kind == simUDP || s.kind == simUnixgram }

// messages reports whether s has bounds between what it receives.
//
//go:norace
func (s *simSock) messages() bool { return s.datagrams() || s.kind == simSeqpacket }

// full reports whether a UDP socket has no room for another datagram.
//
//go:norace
func (s *simSock) full() bool {
	limit := s.limit
	if n := s.option(SOL_SOCKET, SO_RCVBUF); n != 0 {
		limit = n
	}
	return s.in.n+len(s.msgs)*simMsgCost(0) >= limit
}

//go:norace
func (s *simSock) sendBuffer() int {
	if n := s.option(SOL_SOCKET, SO_SNDBUF); n != 0 {
		return n
	}
	return simMsgBuffer
}

// hasRoom reports whether a Unix socket may have another datagram of s. From the one that it
// is connected to it takes what that one may send.
//
//go:norace
func (s *simSock) hasRoom(peer *simSock) bool {
	return peer == s || peer.peer == s || len(peer.msgs) <= simMsgQueue
}

// block notes who waits for room at a Unix socket.
//
//go:norace
func (s *simSock) block(sender *simSock) {
	for _, o := range s.blocked {
		if o == sender {
			return
		}
	}
	s.blocked = append(s.blocked, sender)
}

// arrive appends a datagram of from's.
//
//go:norace
func (s *simSock) arrive(from *simSock, msg simMsg) {
	if s.domain == AF_UNIX {
		msg.sender = from
		from.sent += simMsgCost(len(msg.data))
	}
	s.msgs = append(s.msgs, msg)
	s.in.n += len(msg.data)
	s.wake('r')
}

// next removes the first datagram.
//
//go:norace
func (s *simSock) next() {
	msg := s.msgs[0]
	s.msgs[0] = simMsg{}
	s.msgs = s.msgs[1:]
	s.in.n -= len(msg.data)
	if msg.sender != nil {
		msg.sender.sent -= simMsgCost(len(msg.data))
		msg.sender.wake('w')
	}
}

// receiveFrom receives a datagram, and returns it, with the address of its sender, and how much
// of it there was room for.
//
//go:norace
func (s *simSock) receiveFrom(c *simCall, m simMem, flags uintptr) (msg simMsg, n int, err Errno) {
	if s.kind == simSeqpacket {
		switch {
		case s.state != simOpen:
			return msg, 0, ENOTCONN
		case flags&MSG_OOB != 0:
			return msg, 0, EOPNOTSUPP
		}
	}
	for {
		if err := s.takeErr(); err != 0 {
			return msg, 0, err
		}
		if len(s.msgs) > 0 {
			msg = s.msgs[0]
			n = m.scatter(c, msg.data)
			if msg.sender != nil {
				msg.from = msg.sender.local
			}
			if flags&MSG_PEEK == 0 {
				s.next()
				for _, o := range s.blocked {
					o.wake('w')
				}
				s.blocked = nil
			}
			return msg, n, 0
		}
		if s.rshut && (s.kind == simSeqpacket || !s.nonblock && flags&MSG_DONTWAIT == 0) { // of datagrams, Linux looks for that where it waits
			return msg, 0, 0
		}
		if err := s.wait(c, SO_RCVTIMEO, flags); err != 0 {
			return msg, 0, err
		}
	}
}

// sendTo sends a datagram to an address, or if none is given to the one that s is connected to.
//
//go:norace
func (w *simWorld) sendTo(c *simCall, s *simSock, m simMem, flags, to, size uintptr) (uintptr, Errno) {
	if to == 0 {
		size = 0
	}
	switch s.kind {
	case simUDP:
		return w.sendUDP(c, s, m, flags, to, size)
	case simSeqpacket:
		if err := s.takeErr(); err != 0 {
			return 0, err
		}
		if s.state != simOpen {
			return 0, ENOTCONN
		}
		size = 0 // nor does Linux look at the address
	}
	return w.sendUnix(c, s, m, flags, to, size)
}

// sendUDP finds out in the order of udp_sendmsg in Linux what there is against it.
//
//go:norace
func (w *simWorld) sendUDP(c *simCall, s *simSock, m simMem, flags, to, size uintptr) (uintptr, Errno) {
	n := m.size(c)
	a, err := s.remote, Errno(0)
	switch {
	case n > 1<<16-1:
		err = EMSGSIZE
	case flags&MSG_OOB != 0 && s.domain == AF_INET:
		err = EOPNOTSUPP
	case size > 0:
		if a, err = c.addr(s, to, size); err == 0 && s.closed4(a) {
			err = ENETUNREACH
		} else if err == 0 && a.port == 0 {
			err = EINVAL
		}
	case s.state != simOpen:
		err = EDESTADDRREQ
	}
	if err == 0 && flags&MSG_OOB != 0 && a.is4() {
		err = EOPNOTSUPP
	} else if err == 0 && n > simUDPMost {
		err = EMSGSIZE
	}
	a = s.here(a)
	if err == 0 && s.closed6(a) {
		err = EAFNOSUPPORT
	}
	ip, e := m.source(c)
	if err == 0 {
		err = e
	}
	var peer *simSock
	if err == 0 {
		if peer = w.receiver(s, a, ip); peer == nil && (!a.loopback() || !w.ports[1][a.port] && a.port != 0) {
			return c.outsideTo(s)
		}
	}
	if !s.bound { // Linux binds it whatever comes of the call
		if err := w.autobind(s); err != 0 {
			return 0, err
		}
		if err == 0 {
			peer = w.receiver(s, a, ip) // that may be s
		}
	}
	if err == 0 {
		err = s.takeErr()
	}
	if err == 0 && s.wshut {
		err = EPIPE
	}
	if err != 0 {
		return 0, err
	}
	if peer == nil {
		// The answer is that the port is unreachable, of which only who is connected to it hears.
		if s.state == simOpen && a.ip == s.remote.ip && (a.port == s.remote.port || s.remote.port == 0) {
			s.err = ECONNREFUSED
			s.wake('r' + 'w')
		}
	} else if !peer.full() { // else it is lost
		peer.arrive(s, simMsg{data: m.gather(c, n), from: s.sends(a, ip), to: a})
	}
	return uintptr(n), 0
}

// sendUnix does as unix_dgram_sendmsg in Linux.
//
//go:norace
func (w *simWorld) sendUnix(c *simCall, s *simSock, m simMem, flags, to, size uintptr) (uintptr, Errno) {
	if flags&MSG_OOB != 0 {
		return 0, EOPNOTSUPP
	}
	var a simAddr
	if size > 0 {
		var err Errno
		if a, err = c.addr(s, to, size); err != 0 {
			return 0, err
		}
		if a.name == "" {
			return 0, EINVAL
		}
	}
	n := m.size(c)
	if n > s.sendBuffer()-32 {
		return 0, EMSGSIZE
	}
	for {
		if err := s.takeErr(); err != 0 {
			return 0, err
		}
		if s.wshut {
			return 0, EPIPE
		}
		if s.sent >= s.sendBuffer() {
			if err := s.wait(c, SO_SNDTIMEO, flags); err != 0 {
				return 0, err
			}
			continue
		}
		peer := s.peer
		if size > 0 {
			var err Errno
			if peer, err = w.unixPeer(s, a); err == simOutside {
				if s.bound {
					return 0, ECONNREFUSED // it cannot be bound in both worlds
				}
				return c.outsideTo(s)
			} else if err != 0 {
				return 0, err
			}
		} else if peer == nil {
			return 0, ENOTCONN
		} else if peer.state == simClosed {
			s.connectTo(nil)
			return 0, ECONNREFUSED
		}
		if !s.maySend(peer) {
			return 0, EPERM
		}
		if peer.rshut {
			return 0, EPIPE
		}
		if !s.hasRoom(peer) {
			peer.block(s)
			if err := s.wait(c, SO_SNDTIMEO, flags); err != 0 {
				return 0, err
			}
			continue
		}
		peer.arrive(s, simMsg{data: m.gather(c, n)})
		return uintptr(n), 0
	}
}

// autobind gives a UDP socket an address, if it has none.
//
//go:norace
func (w *simWorld) autobind(s *simSock) Errno {
	if s.bound {
		return 0
	}
	a, err := w.ephemeral(s, s.local)
	if err == 0 {
		w.bindTo(s, a)
	}
	return err
}

// sends returns the address that a datagram of s to another one comes from. The message may
// say which (ip).
//
//go:norace
func (s *simSock) sends(to simAddr, ip *[16]byte) simAddr {
	if ip != nil {
		return simAddr{ip: *ip, port: s.local.port}
	}
	if s.local.any() || s.local.is4() != to.is4() {
		return s.local.hereAs(to)
	}
	return s.local
}

// receiver returns the UDP socket that a datagram from s to an address goes to. Of several
// that share it, the seed draws one.
//
//go:norace
func (w *simWorld) receiver(s *simSock, a simAddr, ip *[16]byte) *simSock {
	var found *simSock
	best, n := 0, uint64(0)
	from := s.sends(a, ip)
	for _, o := range w.bound {
		if o.kind != simUDP || o.local.port != a.port {
			continue
		}
		score := o.answers(a)
		if score == 0 {
			continue
		}
		if o.state == simOpen { // it hears of one other alone
			if o.remote.port != 0 && o.remote.port != from.port || o.remote.ip != from.ip {
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
		if !s.fixed {
			s.local.ip = s.remote.ip
		}
		if !s.locked && s.bound {
			w.unbind(s)
			s.local.port = 0
		}
		return 0, 0
	}
	a, err := c.addr(s, c.a[2], c.a[3])
	if err == 0 {
		if a = s.here(a); s.closed6(a) || s.closed4(a) && *(*uint16)(c.at(c.a[2])) == AF_INET {
			err = EAFNOSUPPORT
		} else if s.closed4(a) {
			err = ENETUNREACH
		}
	}
	if err != 0 {
		if e := w.autobind(s); e != 0 { // Linux does that first
			err = e
		}
		return 0, err
	}
	if !a.loopback() || !w.ports[1][a.port] && a.port != 0 {
		return c.outside(s)
	}
	if err := w.autobind(s); err != 0 {
		return 0, err
	}
	if s.local.any() {
		s.local = s.local.hereAs(a)
	}
	s.remote, s.state = a, simOpen
	s.wake('w')
	return 0, 0
}

// receiveCall answers a call that receives datagrams.
//
//go:norace
func (s *simSock) receiveCall(c *simCall) (uintptr, Errno) {
	a := &c.a
	switch a[0] {
	case SYS_READ:
		_, n, err := s.receiveFrom(c, simMem{at: a[2], n: int(a[3])}, 0)
		return uintptr(n), err
	case SYS_READV:
		_, n, err := s.receiveFrom(c, simMem{vec: a[2], n: int(a[3])}, 0)
		return uintptr(n), err
	case SYS_RECVFROM:
		msg, n, err := s.receiveFrom(c, simMem{at: a[2], n: int(a[3])}, a[4])
		if err == 0 && a[5] != 0 {
			if s.domain == AF_UNIX && msg.from.name == "" {
				*(*uint32)(c.at(a[6])) = 0
			} else {
				err = c.putAddr(s, msg.from, a[5], a[6])
			}
		}
		if a[4]&MSG_TRUNC != 0 {
			n = len(msg.data)
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
	msg, n, err := s.receiveFrom(c, simMem{msg: at}, flags)
	if err != 0 {
		return 0, err
	}
	h := (*Msghdr)(c.at(at))
	h.Flags = 0
	if len(msg.data) > n {
		h.Flags = MSG_TRUNC
	}
	s.tell(h, msg.to)
	if s.domain == AF_UNIX && msg.from.name == "" {
		h.Namelen = 0
	} else if h.Name != nil {
		size := h.Namelen
		c.putAddr(s, msg.from, uintptr(unsafe.Pointer(h.Name)), uintptr(unsafe.Pointer(&size)))
		(*Msghdr)(c.at(at)).Namelen = size
	}
	if flags&MSG_TRUNC != 0 {
		n = len(msg.data)
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
