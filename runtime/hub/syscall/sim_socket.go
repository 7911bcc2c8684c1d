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

	msgs    []simMsg   // datagrams that have arrived; in counts their bytes
	blocked []*simSock // who found no room for one

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

// realBind binds a socket of the kernel's, which is of the same family as s.
//
//go:norace
func (s *simSock) realBind(fd uintptr, a simAddr) uintptr {
	var raw [SizeofSockaddrInet6]byte
	n := uint32(len(raw))
	var c simCall
	c.putAddr(s, a, uintptr(unsafe.Pointer(&raw)), uintptr(unsafe.Pointer(&n)))
	_, _, err := linux.Syscall6(SYS_BIND, fd, uintptr(unsafe.Pointer(&raw)), uintptr(n), 0, 0, 0)
	return err
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
	length := uintptr(SizeofSockaddrInet4)
	if s.domain == AF_INET6 {
		length = 24 // without the scope
	}
	if size < length {
		return a, EINVAL
	}
	if family != s.domain {
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
	case domain == AF_UNIX && dgram:
		s.kind, s.limit = simUnixgram, simMsgBuffer
	case domain == AF_UNIX:
		s.kind, s.limit = simUnix, simUnixBuffer
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

// simGone stands for a socket of the kernel's, and keeps its simulated number.
var simGone = new(simSock)

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

// hand has the kernel have the address of a socket: who connects to it asks there.
//
//go:norace
func (w *simWorld) hand(s *simSock) {
	if s.bound && s.domain != AF_UNIX {
		w.ports[s.protocol()][s.local.port] = false
	}
	w.unbind(s)
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

// simPorts are those that Linux hands out.
const simPorts, simPortsLen = 32768, 28232

// ephemeral returns a port that is free, by the seed.
//
//go:norace
func (w *simWorld) ephemeral(s *simSock, a simAddr) (simAddr, Errno) {
	first := hubNetDraw(simPortsLen)
	for k := range uint64(simPortsLen) {
		a.port = uint16(simPorts + (first+k)%simPortsLen)
		free := true
		for _, o := range w.bound {
			if o.kind == s.kind && o.local.port == a.port {
				free = false
				break
			}
		}
		if free {
			return a, 0
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
	w.bindTo(s, a)
	return 0, 0
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

// Options. They are remembered, and some of them mean something.

type simOption struct {
	level, name uintptr
	size        uintptr
	value       [16]byte
}

//go:norace
func (s *simSock) option(level, name uintptr) int {
	for i := range s.options {
		if o := &s.options[i]; o.level == level && o.name == name {
			return int(*(*int32)(unsafe.Pointer(&o.value)))
		}
	}
	return 0
}

// lingers returns the seconds of SO_LINGER, -1 if it is off.
//
//go:norace
func (s *simSock) lingers() int32 {
	for i := range s.options {
		if o := &s.options[i]; o.level == SOL_SOCKET && o.name == SO_LINGER {
			if l := (*Linger)(unsafe.Pointer(&o.value)); l.Onoff != 0 {
				return l.Linger
			}
		}
	}
	return -1
}

//go:norace
func (s *simSock) setOption(c *simCall) (uintptr, Errno) {
	level, name, size := c.a[2], c.a[3], c.a[5]
	o := simOption{level: level, name: name, size: min(size, 16)}
	if size < 4 {
		return 0, EINVAL
	}
	if level == IPPROTO_UDP {
		return 0, ENOPROTOOPT // datagrams are not cut here
	}
	simMove(unsafe.Pointer(&o.value), c.at(c.a[4]), o.size)
	value := (*int32)(unsafe.Pointer(&o.value))
	if level == SOL_SOCKET {
		switch name {
		case SO_RCVTIMEO, SO_SNDTIMEO:
			if o.size < 16 {
				return 0, EINVAL
			}
			t := (*Timeval)(unsafe.Pointer(&o.value))
			if t.Usec < 0 || t.Usec >= 1e6 {
				return 0, EDOM
			}
			if t.Sec < 0 {
				*t = Timeval{} // for ever; Linux does not wait at all, and nobody asks for that
			}
		case SO_RCVBUF:
			*value = max(2**value, 2304)
		case SO_SNDBUF:
			*value = max(2**value, 4608)
		case SO_ERROR, SO_TYPE, SO_ACCEPTCONN, simDomain, simProtocol:
			return 0, ENOPROTOOPT
		}
	}
	found := false
	for i := range s.options {
		if p := &s.options[i]; p.level == level && p.name == name {
			*p, found = o, true
		}
	}
	if !found {
		s.options = append(s.options, o)
	}
	if peer := s.peer; peer != nil && level == SOL_SOCKET && (name == SO_RCVBUF || name == SO_SNDBUF) {
		s.limit, peer.limit = peer.capacity(s), s.capacity(peer)
	}
	return 0, 0
}

const simProtocol, simDomain = 38, 39 // SO_PROTOCOL, SO_DOMAIN

//go:norace
func (s *simSock) getOption(c *simCall) (uintptr, Errno) {
	level, name := c.a[2], c.a[3]
	if level == IPPROTO_UDP {
		return 0, ENOPROTOOPT
	}
	o := simOption{size: 4}
	value := (*int32)(unsafe.Pointer(&o.value))
	found := false
	for i := range s.options {
		if p := &s.options[i]; p.level == level && p.name == name {
			o, found = *p, true
		}
	}
	if level == SOL_SOCKET {
		switch name {
		case SO_ERROR:
			*value = int32(s.takeErr())
		case SO_TYPE:
			*value = SOCK_STREAM
			if s.datagrams() {
				*value = SOCK_DGRAM
			}
		case SO_ACCEPTCONN:
			*value = 0
			if s.state == simListening {
				*value = 1
			}
		case simDomain:
			*value = int32(s.domain)
		case simProtocol:
			switch s.kind {
			case simTCP:
				*value = IPPROTO_TCP
			case simUDP:
				*value = IPPROTO_UDP
			}
		case SO_RCVBUF:
			if !found {
				*value = 131072
			}
		case SO_SNDBUF:
			if !found {
				*value = simBuffer
			}
		case SO_LINGER:
			o.size = 8
		case SO_RCVTIMEO, SO_SNDTIMEO:
			o.size = 16
		case SO_PEERCRED:
			o.size = SizeofUcred
			cred := (*Ucred)(unsafe.Pointer(&o.value))
			*cred = Ucred{Uid: ^uint32(0), Gid: ^uint32(0)}
			if s.domain == AF_UNIX && s.state == simOpen {
				*cred = Ucred{Pid: int32(simSelfOne.pid), Uid: uint32(Geteuid()), Gid: uint32(Getegid())}
			}
		}
	}
	room := (*uint32)(c.at(c.a[5]))
	if int32(*room) < 0 {
		return 0, EINVAL
	}
	*room = min(*room, uint32(o.size))
	n := *room
	simMove(c.at(c.a[4]), unsafe.Pointer(&o.value), uintptr(n))
	return 0, 0
}
