//go:build greenify_hub && greenify_sim

package syscall

import "unsafe"

// poll and ppoll, of simulated descriptors alone. The kernel knows none of them: of a
// call that has some of both kinds it is asked, and says POLLNVAL.

type simPollFd struct {
	fd              int32
	events, revents int16
}

const (
	simPollIn    = 0x1
	simPollOut   = 0x4
	simPollErr   = 0x8
	simPollHup   = 0x10
	simPollNval  = 0x20
	simPollRdHup = 0x2000

	simPollMost = 1 << 10 // descriptors of a call
)

// simPollsAll reports whether some descriptor of a call is simulated, and none is the kernel's.
//
//go:nosplit
//go:norace
//go:nocheckptr
func simPollsAll(fds, n uintptr) (some bool) {
	if fds < 4096 || n > simPollMost {
		return false
	}
	for i := range n {
		p := (*simPollFd)(simPointer(fds + i*unsafe.Sizeof(simPollFd{})))
		if p.fd < 0 {
			continue
		}
		if _, sim := simReal(uintptr(p.fd)); !sim {
			return false
		}
		some = true
	}
	return some
}

//go:norace
func (w *simWorld) poll(c *simCall) (uintptr, Errno) {
	n := c.a[2]
	until := int64(-1)
	if c.a[0] == SYS_PPOLL {
		if c.a[3] != 0 {
			t := *(*Timespec)(c.at(c.a[3]))
			if t.Sec < 0 || t.Nsec < 0 || t.Nsec >= 1e9 {
				return 0, EINVAL
			}
			until = hubNetNow() + t.Sec*1e9 + t.Nsec
		}
	} else if ms := int32(c.a[3]); ms >= 0 {
		until = hubNetNow() + int64(ms)*1e6
	}
	hubNetAt(nil)
	self := hubNetSelf()
	var socks []*simSock
	for {
		ready := uintptr(0)
		socks = socks[:0]
		for i := range n {
			p := (*simPollFd)(unsafe.Add(c.at(c.a[1]), i*unsafe.Sizeof(simPollFd{})))
			p.revents = 0
			if p.fd < 0 {
				continue
			}
			s := w.file(uintptr(p.fd))
			if s == nil || s == simGone {
				p.revents = simPollNval
			} else {
				p.revents = s.ready() & (p.events | simPollErr | simPollHup)
				socks = append(socks, s)
			}
			if p.revents != 0 {
				ready++
			}
		}
		if ready > 0 || until >= 0 && hubNetNow() >= until {
			return ready, 0
		}
		for _, s := range socks {
			s.threads = append(s.threads, self)
			if s.peer != nil && s.kind != simUnixgram {
				s.peer.short = true // it says when there is room
			}
		}
		hubNetPark(until)
		for _, s := range socks {
			s.unpark(self)
		}
	}
}

// ready returns what poll says of s (tcp_poll, unix_poll, pipe_poll in Linux).
//
//go:norace
func (s *simSock) ready() (events int16) {
	if s.err != 0 {
		events |= simPollErr
	}
	switch {
	case s.kind == simPipeRead:
		if s.in.n > 0 {
			events |= simPollIn
		}
		if s.peer == nil {
			events |= simPollHup
		}
		return events
	case s.kind == simPipeWrite:
		if s.peer == nil {
			return events | simPollOut | simPollErr
		}
		if s.space() >= simPipeAtomic {
			events |= simPollOut
		}
		return events
	case s.datagrams():
		if len(s.msgs) > 0 || s.rshut || s.err != 0 {
			events |= simPollIn
		}
		if s.rshut {
			events |= simPollRdHup
		}
		if s.rshut && s.wshut {
			events |= simPollHup
		}
		if s.kind == simUDP || s.peer == nil || !s.peer.full() {
			events |= simPollOut
		}
		return events
	case s.state == simListening:
		if len(s.queue) > 0 {
			events |= simPollIn
		}
		return events
	case s.state == simPending:
		return events
	case s.state == simIdle:
		return events | simPollOut | simPollHup
	}
	if s.in.n > 0 || s.eof || s.rshut || s.err != 0 {
		events |= simPollIn
	}
	if s.eof || s.rshut {
		events |= simPollRdHup
	}
	if s.rshut && s.wshut || s.state == simClosed {
		events |= simPollHup
	}
	if s.wshut || s.state == simClosed || s.space() > 0 {
		events |= simPollOut
	}
	return events
}
