//go:build greenify_hub && greenify_sim

package syscall

import (
	"internal/runtime/syscall/linux"
	"unsafe"
)

// TCP over the loopback. What a call returns in which state is what Linux returns
// (net/ipv4/tcp.c, af_inet.c): testdata/simnet compares.
//
// A socket is TCP to a loopback address, or to any, of this process. One that turns out
// to want another address, or a port that nobody in the process ever had, becomes a real
// one: simSock.leave.

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

// simBuffer is how much may be under way in one direction: about what Linux lets a
// sender have by default on the loopback, before anybody reads.
const simBuffer = 2_500_000

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

// wait waits until s may have changed. It returns EAGAIN if the call is not to wait, and
// EINTR if it is to be made again.
//
//go:norace
func (s *simSock) wait(flags uintptr) Errno {
	if s.nonblock || flags&MSG_DONTWAIT != 0 {
		return EAGAIN
	}
	self := hubNetSelf()
	s.threads = append(s.threads, self)
	hubNetPark()
	for i, t := range s.threads {
		if t == self {
			s.threads[i] = s.threads[len(s.threads)-1]
			s.threads = s.threads[:len(s.threads)-1]
			break
		}
	}
	if s.left {
		return EINTR
	}
	return 0
}

// leaveTCP makes s a socket of the kernel's.
//
//go:norace
func (s *simSock) leaveTCP() Errno {
	fd, _, err := linux.Syscall6(SYS_SOCKET, s.domain, SOCK_STREAM|SOCK_CLOEXEC, 0, 0, 0, 0)
	if err != 0 {
		return Errno(err)
	}
	s.realOptions(fd)
	if s.bound {
		err = s.realBind(fd, s.local)
	}
	if err == 0 && s.state == simListening {
		_, _, err = linux.Syscall6(SYS_LISTEN, fd, uintptr(s.backlog), 0, 0, 0, 0)
	}
	if err != 0 {
		linux.Syscall6(SYS_CLOSE, fd, 0, 0, 0, 0, 0)
		return Errno(err)
	}
	simTheWorld().unbind(s)
	s.become(fd)
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

//go:norace
func (w *simWorld) listen(s *simSock, backlog int) (uintptr, Errno) {
	if s.state != simIdle && s.state != simListening {
		return 0, EINVAL
	}
	if s.kind == simUnix && !s.bound {
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
		for _, o := range w.bound {
			if o != s && o.state == simListening && o.local.port == s.local.port && simOverlap(s, s.local, o, o.local) &&
				(s.option(SOL_SOCKET, simReusePort) == 0 || o.option(SOL_SOCKET, simReusePort) == 0) {
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
	case simUnix, simUnixgram:
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
		if a.any() {
			port := a.port
			a = simLoopback(a.is4())
			a.port = port
		}
		l := w.listener(a)
		if l != nil && !a.loopback() && !a.own() {
			l = nil
		}
		if l == nil && (!a.loopback() || !w.ports[0][a.port] && a.port != 0) {
			return c.outside(s)
		}
		if s.local.any() {
			port := s.local.port
			s.local = simLoopback(a.is4())
			s.local.port = port
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
		if err := s.wait(0); err != 0 {
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
		if err := s.wait(0); err != 0 {
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
	if s.kind == simUnix && len(s.queue) > s.backlog {
		s.wake('w') // who waits in connect
	}
	if s.queue = s.queue[1:]; len(s.pending) > 0 {
		p := s.pending[0]
		s.pending = s.pending[1:]
		w.establish(s, p)
	}
	q.nonblock = flags&SOCK_NONBLOCK != 0
	c.putAddr(q, q.remote, c.a[2], c.a[3])
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
		s.state, s.msgs, s.in = simClosed, nil, simBuf{}
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
		if q.kind == simUnix {
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
		if s.kind == simUDP && s.state != simOpen {
			return 0, ENOTCONN
		}
		s.rshut = s.rshut || how != SHUT_WR
		s.wshut = s.wshut || how != SHUT_RD
		s.wake('r' + 'w')
		return 0, 0
	}
	if s.kind == simUnix {
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
	if s.kind == simPipeWrite {
		return 0, EBADF
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
			p, n, ok := m.part(c, i)
			if !ok {
				break
			}
			part := n
			if done < total { // filled before
				k := min(total-done, n)
				p, part = unsafe.Add(p, k), n-k
			}
			done += n
			got += s.in.get(p, part, skip+got)
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
		if err := s.wait(flags); err != 0 {
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
	if s.kind == simPipeRead {
		return 0, EBADF
	}
	total := 0
	for {
		if s.err != 0 && s.kind == simTCP || s.wshut || s.state == simIdle || s.state == simListening {
			if total > 0 {
				return uintptr(total), 0
			}
			if s.kind == simTCP {
				if err := s.takeErr(); err != 0 {
					return 0, err
				}
			}
			if s.kind == simUnix && !s.wshut {
				return 0, ENOTCONN
			}
			return 0, EPIPE
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
			if s.kind == simPipeWrite && room < simPipeAtomic && room < m.size(c)-total && m.size(c) <= simPipeAtomic {
				room = 0 // all or nothing
			}
			done, sent := 0, 0
			for i := 0; ; i++ {
				p, n, ok := m.part(c, i)
				if !ok {
					break
				}
				part := n
				if done < total {
					k := min(total-done, n)
					p, part = unsafe.Add(p, k), n-k
				}
				done += n
				if part = min(part, room-sent); part > 0 {
					s.peer.in.put(p, part)
					sent += part
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
		if err := s.wait(flags); err != 0 {
			if total > 0 {
				return uintptr(total), 0
			}
			return 0, err
		}
	}
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
