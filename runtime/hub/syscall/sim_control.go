//go:build greenify_hub && greenify_sim

package syscall

import "unsafe"

// What a message of UDP has beside its bytes: where it was sent to and how, for who has asked for
// that by an option, and where it is to come from.

// simControls are the options that ask for something, in the order in which Linux tells it
// (ip6_datagram_recv_common_ctl, ip6_datagram_recv_specific_ctl, ip_cmsg_recv_offset). A
// socket of IPv6 may have messages of IPv4, too.
var simControls = [...]struct {
	level, option, kind, size int32
	only                      uintptr // domain of the datagrams that it is for; 0: both
}{
	{IPPROTO_IPV6, IPV6_RECVPKTINFO, IPV6_PKTINFO, SizeofInet6Pktinfo, 0},
	{IPPROTO_IPV6, IPV6_RECVHOPLIMIT, IPV6_HOPLIMIT, 4, AF_INET6},
	{IPPROTO_IPV6, IPV6_RECVTCLASS, IPV6_TCLASS, 4, AF_INET6},
	{IPPROTO_IP, IP_PKTINFO, IP_PKTINFO, SizeofInet4Pktinfo, AF_INET},
	{IPPROTO_IP, IP_RECVTTL, IP_TTL, 4, AF_INET},
	{IPPROTO_IP, IP_RECVTOS, IP_TOS, 1, AF_INET},
}

const (
	simHops = 64 // net.ipv4.ip_default_ttl, net.ipv6.conf.lo.hop_limit
	simLo   = 1  // the index of the interface lo
)

// tell writes what s has asked for of a message to an address.
//
//go:norace
func (s *simSock) tell(h *Msghdr, to simAddr) {
	room := uintptr(h.Controllen)
	at := unsafe.Pointer(h.Control)
	h.SetControllen(0)
	if s.kind != simUDP {
		return
	}
	if at == nil {
		room = 0
	}
	domain := uintptr(AF_INET6)
	if to.is4() {
		domain = AF_INET
	}
	told := uintptr(0)
	for _, o := range simControls {
		if o.only != 0 && o.only != domain || s.option(uintptr(o.level), uintptr(o.option)) == 0 {
			continue
		}
		var data [SizeofInet6Pktinfo]byte
		switch o.kind + o.level<<16 {
		case IPV6_PKTINFO + IPPROTO_IPV6<<16:
			*(*Inet6Pktinfo)(unsafe.Pointer(&data)) = Inet6Pktinfo{Addr: to.ip, Ifindex: simLo}
		case IP_PKTINFO:
			ip := [4]byte(to.ip[simMapped:])
			*(*Inet4Pktinfo)(unsafe.Pointer(&data)) = Inet4Pktinfo{Ifindex: simLo, Spec_dst: ip, Addr: ip}
		case IP_TTL, IPV6_HOPLIMIT + IPPROTO_IPV6<<16:
			*(*int32)(unsafe.Pointer(&data)) = simHops
		}
		// As put_cmsg does.
		if room < told+SizeofCmsghdr {
			h.Flags |= MSG_CTRUNC
			break
		}
		size := SizeofCmsghdr + uintptr(o.size)
		if size > room-told {
			h.Flags |= MSG_CTRUNC
			size = room - told
		}
		m := (*Cmsghdr)(unsafe.Add(at, told))
		m.Level, m.Type = o.level, o.kind
		m.SetLen(int(size))
		simMove(unsafe.Add(at, told+SizeofCmsghdr), unsafe.Pointer(&data), size-SizeofCmsghdr)
		told += min((size+7)&^7, room-told)
	}
	h.SetControllen(int(told))
}

// source returns the address that a message says it is to come from, nil if it says none.
//
//go:norace
func (m *simMem) source(c *simCall) (*[16]byte, Errno) {
	if m.msg == 0 {
		return nil, 0
	}
	h := (*Msghdr)(c.at(m.msg))
	for off := uintptr(0); h.Control != nil && off+SizeofCmsghdr <= uintptr(h.Controllen); {
		m := (*Cmsghdr)(unsafe.Add(unsafe.Pointer(h.Control), off))
		if m.Len < SizeofCmsghdr || off+uintptr(m.Len) > uintptr(h.Controllen) {
			return nil, EINVAL
		}
		data := unsafe.Add(unsafe.Pointer(m), SizeofCmsghdr)
		size := uintptr(m.Len) - SizeofCmsghdr
		var a simAddr
		switch {
		case m.Level == IPPROTO_IP && m.Type == IP_PKTINFO && size >= SizeofInet4Pktinfo:
			a.ip[10], a.ip[11] = 0xff, 0xff
			*(*[4]byte)(a.ip[simMapped:]) = (*Inet4Pktinfo)(data).Spec_dst
		case m.Level == IPPROTO_IPV6 && m.Type == IPV6_PKTINFO && size >= SizeofInet6Pktinfo:
			a.ip = (*Inet6Pktinfo)(data).Addr
		}
		if a.loopback() {
			return &a.ip, 0
		} else if !a.any() {
			return nil, EINVAL
		}
		off += (uintptr(m.Len) + 7) &^ 7
	}
	return nil, 0
}
