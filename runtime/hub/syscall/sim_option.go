//go:build greenify_hub && greenify_sim

package syscall

import "unsafe"

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
			*value = int32(s.socketType())
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
