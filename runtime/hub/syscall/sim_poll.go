//go:build greenify_hub && greenify_sim

package syscall

import (
	"internal/runtime/syscall/linux"
	"unsafe"
)

// poll and ppoll. The kernel knows no simulated descriptor: of a call that has some of both
// kinds, they become real, as one does that is to be waited for by epoll. So that works, and
// is best effort.

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

// simPollsAny reports whether some descriptor of a call is, or was, simulated.
//
//go:nosplit
//go:norace
//go:nocheckptr
func simPollsAny(fds, n uintptr) bool {
	if fds < 4096 || n > simPollMost {
		return false
	}
	for i := range n {
		p := (*simPollFd)(simPointer(fds + i*unsafe.Sizeof(simPollFd{})))
		if uintptr(p.fd)-simBase < simFiles {
			return true
		}
	}
	return false
}

// pollsAll reports whether no descriptor of a call is the kernel's.
//
//go:norace
func (c *simCall) pollsAll() bool {
	for i := range c.a[2] {
		p := (*simPollFd)(unsafe.Add(c.at(c.a[1]), i*unsafe.Sizeof(simPollFd{})))
		if p.fd < 0 {
			continue
		}
		if _, sim := simReal(uintptr(p.fd)); !sim {
			return false
		}
	}
	return true
}

// pollReal has the kernel do a call, with its own descriptors.
//
//go:norace
func (w *simWorld) pollReal(c *simCall) (uintptr, Errno) {
	n := c.a[2]
	// What the call is given is kept where the stack does not move it: the time and the mask
	// behind the descriptors.
	list := make([]simPollFd, n+unsafe.Sizeof(simPollMore{})/unsafe.Sizeof(simPollFd{}))
	for i := range n {
		p := (*simPollFd)(unsafe.Add(c.at(c.a[1]), i*unsafe.Sizeof(simPollFd{})))
		if list[i] = *p; uintptr(p.fd)-simBase < simFiles && w.file(uintptr(p.fd)) != nil {
			real, err := hubReal(uintptr(p.fd))
			if err != 0 {
				return 0, err
			}
			list[i].fd = int32(real)
		}
	}
	more := (*simPollMore)(unsafe.Pointer(&list[n]))
	a3, a4 := c.a[3], c.a[4]
	if c.a[0] == SYS_PPOLL {
		if a3 != 0 {
			more.time = *(*Timespec)(c.at(a3))
			a3 = uintptr(unsafe.Pointer(more))
		}
		if a4 != 0 {
			more.mask = *(*uint64)(c.at(a4))
			a4 = uintptr(unsafe.Pointer(&more.mask))
		}
	}
	r, _, err := Syscall6(c.a[0], uintptr(unsafe.Pointer(unsafe.SliceData(list))), n, a3, a4, c.a[5], 0)
	if err == 0 {
		for i := range n {
			p := (*simPollFd)(unsafe.Add(c.at(c.a[1]), i*unsafe.Sizeof(simPollFd{})))
			p.revents = list[i].revents
		}
	}
	return r, err
}

type simPollMore struct {
	time Timespec
	mask uint64
}

// epoll adds a simulated descriptor to one of the kernel's pollers.
//
//go:norace
func (w *simWorld) epoll(c *simCall) (uintptr, Errno) {
	if c.a[2] != EPOLL_CTL_ADD {
		return 0, ENOENT // one that is there is real
	}
	if w.file(c.a[3]) == nil {
		return 0, EBADF
	}
	real, err := hubReal(c.a[3])
	if err == EOPNOTSUPP {
		err = EPERM // as for a file that cannot be polled
	}
	if err != 0 {
		return 0, err
	}
	_, _, e := linux.Syscall6(SYS_EPOLL_CTL, c.a[1], c.a[2], real, c.where(c.a[4]), 0, 0)
	return 0, Errno(e)
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
		if !c.pollsAll() { // or no longer
			return w.pollReal(c)
		}
		ready := uintptr(0)
		socks = socks[:0]
		for i := range n {
			p := (*simPollFd)(unsafe.Add(c.at(c.a[1]), i*unsafe.Sizeof(simPollFd{})))
			p.revents = 0
			if p.fd < 0 {
				continue
			}
			s := w.file(uintptr(p.fd))
			if s == nil {
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
			if s.peer != nil && s.kind == simUnixgram {
				s.peer.block(s)
			} else if s.peer != nil {
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
	case s.pipe != nil:
		return s.readyPipe()
	case s.messages():
		if len(s.msgs) > 0 || len(s.queue) > 0 || s.rshut {
			events |= simPollIn
		}
		if s.rshut {
			events |= simPollRdHup
		}
		if s.rshut && s.wshut || s.kind == simSeqpacket && s.state == simIdle {
			events |= simPollHup
		}
		if s.kind == simUDP || s.state != simListening && 4*s.sent <= s.sendBuffer() && (s.peer == nil || s.hasRoom(s.peer)) {
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
