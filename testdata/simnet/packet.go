package main

import (
	"fmt"
	"syscall"
	"unsafe"
)

// packetStep makes a call on a Unix socket of packets in sequence: one of a pair, one that listens, or
// one that is connected to it.
func (p *program) packetStep() {
	if len(p.socks) < 2 || len(p.socks) < 8 && p.rng.Intn(10) == 0 {
		p.packetSocket()
		return
	}
	i := p.rng.Intn(len(p.socks))
	s := p.socks[i]
	switch op := p.rng.Intn(44); op {
	case 0, 1, 2, 3, 4, 5:
		if p.mayQueue() {
			p.write(s)
		}
	case 6, 7:
		if p.mayQueue() {
			p.writev(s)
		}
	case 8, 9, 10, 11:
		if !p.mayQueue() {
			return
		}
		// An address says nothing here.
		to, _ := p.somebody(s)
		flags := []int{0, 0, syscall.MSG_NOSIGNAL, syscall.MSG_OOB}[p.rng.Intn(4)]
		p.say("sendmsg", s, "ok", syscall.Sendmsg(s.fd, p.data(p.size()), nil, to, flags))
	case 12, 13, 14, 15, 16:
		b := make([]byte, p.size())
		n, from, err := syscall.Recvfrom(s.fd, b, []int{0, 0, syscall.MSG_PEEK, syscall.MSG_TRUNC, syscall.MSG_OOB}[p.rng.Intn(5)])
		if n > len(b) {
			b = append(b, make([]byte, n-len(b))...)
		}
		p.say("recvfrom", s, fmt.Sprint(received(n, b), " from ", p.show(from)), err)
	case 17, 18:
		p.read(s)
	case 19:
		p.readv(s)
	case 20, 21:
		b := make([]byte, p.size())
		n, _, flags, from, err := syscall.Recvmsg(s.fd, b, nil, 0)
		p.say("recvmsg", s, fmt.Sprint(received(n, b), " ", flags, " from ", p.show(from)), err)
	case 22, 23, 24, 25:
		if to, name := p.somebody(s); to != nil {
			p.say("connect "+name, s, "ok", syscall.Connect(s.fd, to))
			p.peerName(s)
		}
	case 26, 27, 28:
		p.accept(s)
	case 29, 30:
		p.unread(s)
	case 31, 32, 33:
		p.poll(s)
	case 34:
		p.errno(s)
	case 35, 36:
		how := p.rng.Intn(3)
		p.say([]string{"shutdown(RD)", "shutdown(WR)", "shutdown(RDWR)"}[how], s, "ok", syscall.Shutdown(s.fd, how))
	case 37:
		p.peerName(s)
		p.ownName(s)
	case 38:
		p.bindDatagram(i)
	case 39, 40:
		p.say("listen", s, "ok", syscall.Listen(s.fd, p.rng.Intn(3)))
	case 41:
		n, err := syscall.GetsockoptInt(s.fd, syscall.SOL_SOCKET, syscall.SO_TYPE)
		p.say("SO_TYPE", s, n, err)
	default:
		p.drainEmpty(s)
		p.close(i)
	}
}

// drainEmpty receives packets without bytes, if s has no others: whether the peer of a socket that
// is closed with such hears of a reset depends on the release of Linux.
func (p *program) drainEmpty(s sock) {
	var n int32
	syscall.Syscall(syscall.SYS_IOCTL, uintptr(s.fd), fionread, uintptr(unsafe.Pointer(&n)))
	for range 40 { // no more than there may be
		if n > 0 {
			break
		}
		if _, _, err := syscall.Recvfrom(s.fd, make([]byte, 1), 0); err != nil {
			break
		}
	}
}

// packetSocket makes a pair, or a socket, which most often listens or is connected.
func (p *program) packetSocket() {
	if p.rng.Intn(3) == 0 {
		p.ends()
		return
	}
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_SEQPACKET|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		p.say("socket", sock{}, nil, err)
		return
	}
	s := p.add(fd, false, nil)
	switch p.rng.Intn(4) {
	case 0:
	case 1, 2:
		for _, l := range p.socks {
			if l.addr != nil && syscall.Connect(s.fd, l.addr) == nil {
				p.say("connect "+l.name, s, "ok", nil)
				p.peerName(s)
				return
			}
		}
		fallthrough
	default:
		p.bindDatagram(len(p.socks) - 1)
		p.say("listen", s, "ok", syscall.Listen(s.fd, p.rng.Intn(3)))
	}
}
