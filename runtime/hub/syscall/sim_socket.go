//go:build greenify_hub && greenify_sim

package syscall

import (
	"internal/runtime/syscall/linux"
	"unsafe"
)

// Sockets, and ends of pipes: what all kinds have in common. Addresses, which of them are
// taken, who waits, and options.

type simState uint8

const (
	simIdle simState = iota
	simListening
	simPending // wants to connect, and the listener's queue is full
	simOpen
	simClosed // was open; also if it was refused
)

type simKind uint8

const (
	simTCP simKind = iota
	simUDP
	simUnix
	simUnixgram
	simSeqpacket
	simPipeRead
	simPipeWrite
)

// A simSock is an open socket or end of a pipe, whatever descriptors it has.
type simSock struct {
	number   uint64
	kind     simKind
	left     bool      // it is the kernel's now
	fds      []uintptr // its descriptors, less simBase
	domain   uintptr
	nonblock bool
	state    simState
	options  []simOption
	threads  []uintptr // that wait in a call

	bound         bool
	locked        bool   // it was bound to a port by number, and keeps it
	fixed         bool   // likewise, to an address
	only6         bool   // it was bound to one of IPv6, and has nothing to do with IPv4
	epoch         uint32 // the schedule in which it was bound; 0: outside
	local, remote simAddr

	peer   *simSock // the other end; nil if it is closed
	in     simBuf   // what has arrived
	limit  int      // of what may be under way to it
	short  bool     // the peer had more than there was room for
	eof    bool     // the peer's end has arrived
	rshut  bool
	wshut  bool
	err    Errno // what the next call returns (SO_ERROR)
	doubts bool  // connect has not returned its result yet
	spoilt bool  // it never will

	msgs    []simMsg   // datagrams or packets that have arrived; in counts their bytes
	sent    int        // what those have taken that s has sent and nobody has received (Unix)
	blocked []*simSock // who found no room for one

	pipe *simPipe // if it is an end of one

	backlog int
	queue   []*simSock // connections to be accepted
	pending []*simSock // that find no place there
	server  *simSock   // of one that is pending
}

// A simAddr is an address and a port. Addresses of IPv4 are as IPv6 has them.
type simAddr struct {
	ip   [16]byte
	port uint16

	name     string // of a Unix socket
	dev, ino uint64 // the file that a path names
}

const simMapped = 12 // bytes in front of an address of IPv4: zeros, and two 255

//go:norace
func (a *simAddr) is4() bool {
	for i := range 10 {
		if a.ip[i] != 0 {
			return false
		}
	}
	return a.ip[10] == 0xff && a.ip[11] == 0xff
}

//go:norace
func (a *simAddr) any() bool {
	from := 0
	if a.is4() {
		from = simMapped
	}
	for i := from; i < 16; i++ {
		if a.ip[i] != 0 {
			return false
		}
	}
	return true
}

//go:norace
func (a *simAddr) loopback() bool {
	if a.is4() {
		return a.ip[simMapped] == 127
	}
	for i := range 15 {
		if a.ip[i] != 0 {
			return false
		}
	}
	return a.ip[15] == 1
}

//go:norace
func simAny(domain uintptr) (a simAddr) {
	if domain == AF_INET {
		a.ip[10], a.ip[11] = 0xff, 0xff
	}
	return a
}

//go:norace
func simLoopback(v4 bool) (a simAddr) {
	if v4 {
		a = simAny(AF_INET)
		a.ip[simMapped] = 127
	}
	a.ip[15] = 1
	return a
}

// here returns an address that s can be connected to: all are this machine.
//
//go:norace
func (s *simSock) here(a simAddr) simAddr {
	switch {
	case !a.any():
		return a
	case s.local.is4():
		return a.hereAs(s.local)
	}
	return a.hereAs(a)
}

// hereAs returns this machine's address of the family of another, with a's port.
//
//go:norace
func (a simAddr) hereAs(other simAddr) simAddr {
	here := simLoopback(other.is4())
	here.port = a.port
	return here
}

// closed4 reports whether an address is one of IPv4, with which s has nothing to do.
//
//go:norace
func (s *simSock) closed4(a simAddr) bool {
	return s.domain == AF_INET6 && a.is4() && (s.only6 || s.option(IPPROTO_IPV6, IPV6_V6ONLY) != 0)
}

// closed6 reports whether an address is one of IPv6, and s has one of IPv4.
//
//go:norace
func (s *simSock) closed6(a simAddr) bool { return s.domain == AF_INET6 && !a.is4() && s.local.is4() }

// own reports whether an address is one of this machine's.
//
//go:norace
func (a *simAddr) own() bool {
	s := simSock{domain: AF_INET6}
	if a.is4() {
		s.domain = AF_INET
	}
	fd, _, err := linux.Syscall6(SYS_SOCKET, s.domain, SOCK_DGRAM|SOCK_CLOEXEC, 0, 0, 0, 0)
	if err != 0 {
		return false
	}
	err = s.realBind(fd, simAddr{ip: a.ip})
	linux.Syscall6(SYS_CLOSE, fd, 0, 0, 0, 0, 0)
	return err == 0
}

// addr reads an address of the caller's for a socket.
//
//go:norace
func (c *simCall) addr(s *simSock, p, size uintptr) (a simAddr, err Errno) {
	if size < 2 {
		return a, EINVAL
	}
	b := c.at(p)
	family := uintptr(*(*uint16)(b))
	if s.domain == AF_UNIX {
		if family != AF_UNIX {
			return a, EINVAL
		}
		if size > SizeofSockaddrUnix {
			return a, EINVAL
		}
		if n := size - 2; n > 0 {
			name := make([]byte, n)
			simMove(unsafe.Pointer(&name[0]), unsafe.Add(b, 2), n)
			if name[0] != 0 { // a path ends with its first zero
				for i, ch := range name {
					if ch == 0 {
						name = name[:i]
						break
					}
				}
			}
			a.name = unsafe.String(&name[0], len(name))
		}
		return a, 0
	}
	domain := s.domain
	if s.kind == simUDP && family == AF_INET && c.a[0] != SYS_BIND {
		domain = AF_INET // one of IPv6 takes such addresses, too
	}
	length := uintptr(SizeofSockaddrInet4)
	if domain == AF_INET6 {
		length = 24 // without the scope
	}
	if size < length {
		return a, EINVAL
	}
	if family != domain {
		return a, EAFNOSUPPORT
	}
	port := (*[2]byte)(unsafe.Add(b, 2))
	a.port = uint16(port[0])<<8 | uint16(port[1])
	if family == AF_INET {
		a.ip[10], a.ip[11] = 0xff, 0xff
		ip := (*[4]byte)(unsafe.Add(b, 4))
		for i, v := range ip {
			a.ip[simMapped+i] = v
		}
	} else {
		a.ip = *(*[16]byte)(unsafe.Add(b, 8))
	}
	return a, 0
}

// putAddr writes an address of a socket to the caller's memory.
//
//go:norace
func (c *simCall) putAddr(s *simSock, a simAddr, p, size uintptr) Errno {
	if p == 0 {
		return 0
	}
	if s.domain == AF_UNIX {
		var raw [SizeofSockaddrUnix + 1]byte
		*(*uint16)(unsafe.Pointer(&raw)) = AF_UNIX
		n := 2
		for i := range len(a.name) {
			raw[n] = a.name[i]
			n++
		}
		if a.name != "" && a.name[0] != 0 {
			n++ // the zero behind a path counts
		}
		room := (*uint32)(c.at(size))
		simMove(c.at(p), unsafe.Pointer(&raw), uintptr(min(n, int(*room))))
		*room = uint32(n)
		return 0
	}
	var raw [SizeofSockaddrInet6]byte
	*(*uint16)(unsafe.Pointer(&raw)) = uint16(s.domain)
	raw[2], raw[3] = byte(a.port>>8), byte(a.port)
	n := SizeofSockaddrInet4
	if s.domain == AF_INET {
		for i := range 4 {
			raw[4+i] = a.ip[simMapped+i]
		}
	} else {
		n = SizeofSockaddrInet6
		for i := range 16 {
			raw[8+i] = a.ip[i]
		}
	}
	room := (*uint32)(c.at(size))
	if int32(*room) < 0 {
		return EINVAL
	}
	simMove(c.at(p), unsafe.Pointer(&raw), uintptr(min(n, int(*room))))
	*room = uint32(n)
	return 0
}

//go:norace
func (w *simWorld) socket(domain, kind, protocol uintptr) (uintptr, Errno) {
	s := w.newSock(domain)
	dgram := kind&^(SOCK_NONBLOCK|SOCK_CLOEXEC) == SOCK_DGRAM
	switch {
	case domain == AF_UNIX:
		s.kind, s.limit = simUnixKind(kind), simUnixBuffer
	case dgram:
		s.kind, s.limit = simUDP, simMsgBuffer
	case protocol != 0 && protocol != IPPROTO_TCP:
		return 0, EPROTONOSUPPORT // MPTCP also
	}
	s.nonblock = kind&SOCK_NONBLOCK != 0
	s.local = simAny(domain)
	return w.open(s, 0, kind&SOCK_CLOEXEC != 0)
}

//go:norace
func (w *simWorld) newSock(domain uintptr) *simSock {
	w.made++
	return &simSock{number: w.made, domain: domain, limit: simBuffer}
}

// wake wakes who waits for s to be read or written.
//
//go:norace
func (s *simSock) wake(mode int32) {
	for _, i := range s.fds {
		hubNetReady(i, mode)
	}
	threads := s.threads
	s.threads = nil
	for _, t := range threads {
		hubNetWake(t)
	}
}

// wait waits until s may have changed, for no longer than the socket's option
// (SO_RCVTIMEO, SO_SNDTIMEO) says. It returns EAGAIN if the call is not to wait, or has waited
// so long, and EINTR if it is to be made again.
//
//go:norace
func (s *simSock) wait(c *simCall, option, flags uintptr) Errno {
	if s.nonblock || flags&MSG_DONTWAIT != 0 {
		return EAGAIN
	}
	if c.until == 0 {
		c.until = -1 // for ever
		if d := s.timeout(option); d != 0 {
			c.until = hubNetNow() + d
		}
	}
	if c.until >= 0 && hubNetNow() >= c.until {
		return EAGAIN
	}
	s.park(c.until)
	if s.left {
		return EINTR
	}
	return 0
}

// park waits until something happens to s, or until a time, which is negative for ever.
//
//go:norace
func (s *simSock) park(until int64) {
	self := hubNetSelf()
	s.threads = append(s.threads, self)
	hubNetPark(until)
	s.unpark(self)
}

//go:norace
func (s *simSock) unpark(self uintptr) {
	for i, t := range s.threads {
		if t == self {
			s.threads[i] = s.threads[len(s.threads)-1]
			s.threads = s.threads[:len(s.threads)-1]
			return
		}
	}
}

// timeout returns an option that is a time, in nanoseconds; 0: for ever.
//
//go:norace
func (s *simSock) timeout(name uintptr) int64 {
	for i := range s.options {
		if o := &s.options[i]; o.level == SOL_SOCKET && o.name == name {
			t := (*Timeval)(unsafe.Pointer(&o.value))
			return t.Sec*1e9 + t.Usec*1e3
		}
	}
	return 0
}

//go:norace
func (w *simWorld) unbind(s *simSock) {
	if !s.bound {
		return
	}
	s.bound = false
	for i, o := range w.bound {
		if o == s {
			n := len(w.bound) - 1
			w.bound[i] = w.bound[n]
			w.bound[n] = nil
			w.bound = w.bound[:n]
			return
		}
	}
}

// unlock has a socket lose its port, if that was not asked for by number.
//
//go:norace
func (w *simWorld) unlock(s *simSock) {
	if !s.locked {
		w.unbind(s)
	}
}

// protocol is 0 for TCP and 1 for UDP, which have ports of their own.
//
//go:norace
func (s *simSock) protocol() int {
	if s.kind == simUDP {
		return 1
	}
	return 0
}

//go:norace
func (w *simWorld) bindTo(s *simSock, a simAddr) {
	s.local, s.bound, s.epoch = a, true, hubNetEpoch()
	w.bound = append(w.bound, s)
	w.ports[s.protocol()][a.port] = true
}

// conflicts reports whether s cannot have an address because of another socket.
//
//go:norace
func (w *simWorld) conflicts(s *simSock, a simAddr) bool {
	for i := len(w.bound) - 1; i >= 0; i-- { // unbind has the last one fill the gap
		o := w.bound[i]
		if o == s || o.kind != s.kind || o.local.port != a.port || !simOverlap(s, a, o, o.local) {
			continue
		}
		if s.option(SOL_SOCKET, simReusePort) != 0 && o.option(SOL_SOCKET, simReusePort) != 0 {
			continue
		}
		if s.option(SOL_SOCKET, SO_REUSEADDR) != 0 && o.option(SOL_SOCKET, SO_REUSEADDR) != 0 && o.state != simListening {
			continue
		}
		if !w.left(o) {
			return true
		}
	}
	return false
}

// left has a socket that an earlier schedule left lose its address, and reports whether it
// is one: the process of a plain test would have ended with that test.
//
//go:norace
func (w *simWorld) left(s *simSock) bool {
	if s.epoch == 0 || s.epoch == hubNetEpoch() {
		return false
	}
	w.unbind(s)
	return true
}

const simReusePort = 15 // SO_REUSEPORT

//go:norace
func simOverlap(s *simSock, a simAddr, t *simSock, b simAddr) bool {
	if a.is4() == b.is4() {
		return a.any() || b.any() || a.ip == b.ip
	}
	if a.is4() {
		s, a, t, b = t, b, s, a
	}
	return a.any() && s.option(IPPROTO_IPV6, IPV6_V6ONLY) == 0 // all of IPv6 is all of IPv4, too
}

// simPorts are the ranges of ports that are handed out: those behind the ones that Linux hands
// out, for a socket may become real and is to find its port free; and if they are taken, these.
var simPorts = [2]struct{ first, n uint16 }{{61000, 1<<16 - 61000}, {32768, 61000 - 32768}}

//go:norace
func (w *simWorld) taken(kind simKind, port uint16) bool {
	for _, o := range w.bound {
		if o.kind == kind && o.local.port == port {
			return true
		}
	}
	return false
}

// ephemeral returns a port that is free, by the seed.
//
//go:norace
func (w *simWorld) ephemeral(s *simSock, a simAddr) (simAddr, Errno) {
	for _, r := range simPorts {
		first := uint16(hubNetDraw(uint64(r.n)))
		for k := range r.n {
			a.port = r.first + uint16((uint32(first)+uint32(k))%uint32(r.n))
			if !w.taken(s.kind, a.port) {
				return a, 0
			}
		}
	}
	return a, EADDRINUSE
}

//go:norace
func (w *simWorld) bind(c *simCall, s *simSock) (uintptr, Errno) {
	if s.domain == AF_UNIX {
		return w.bindUnix(c, s)
	}
	a, err := c.addr(s, c.a[2], c.a[3])
	if err != 0 {
		return 0, err
	}
	if s.bound || s.state != simIdle && s.state != simClosed {
		return 0, EINVAL
	}
	if !a.any() && !a.loopback() {
		return c.outside(s)
	}
	if a.port == 0 {
		if a, err = w.ephemeral(s, a); err != 0 {
			return 0, err
		}
	} else if w.conflicts(s, a) {
		return 0, EADDRINUSE
	} else {
		s.locked = true
	}
	s.fixed = !a.any()
	s.only6 = s.only6 || s.fixed && !a.is4()
	w.bindTo(s, a)
	return 0, 0
}

// answers returns how well a bound socket fits an address: 0 is not at all, 1 by the other
// family, 2 as one of all addresses, 3 as that one (compute_score of inet_hashtables.c and udp.c
// in Linux).
//
//go:norace
func (o *simSock) answers(a simAddr) int {
	switch v4 := a.is4(); {
	case o.local.ip == a.ip:
		return 3
	case !o.local.any():
	case o.local.is4() == v4:
		return 2
	case v4 && o.option(IPPROTO_IPV6, IPV6_V6ONLY) == 0:
		return 1
	}
	return 0
}
