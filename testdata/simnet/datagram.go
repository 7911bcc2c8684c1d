package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"unsafe"
)

// datagramStep makes a call on a socket of datagrams: of UDP, or a Unix one.
func (p *program) datagramStep() {
	if len(p.socks) < 2 || len(p.socks) < 6 && p.rng.Intn(12) == 0 {
		p.datagramSocket()
		return
	}
	i := p.rng.Intn(len(p.socks))
	s := p.socks[i]
	switch op := p.rng.Intn(40); op {
	case 0, 1, 2, 3, 4:
		if p.mayQueue() && !p.unsure(s) {
			p.write(s)
		}
	case 5, 6, 7, 8, 9, 10, 11, 12, 13, 14:
		if to, name := p.somebody(s); to != nil && p.mayQueue() {
			flags := 0
			if p.rng.Intn(20) == 0 {
				flags = syscall.MSG_OOB
			}
			p.say("sendto "+name, s, "ok", syscall.Sendto(s.fd, p.data(p.size()), flags, to))
		}
	case 15, 16, 17, 18, 19, 20:
		b := make([]byte, p.size())
		n, from, err := syscall.Recvfrom(s.fd, b, []int{0, 0, syscall.MSG_PEEK, syscall.MSG_TRUNC}[p.rng.Intn(4)])
		if n > len(b) {
			b = append(b, make([]byte, n-len(b))...)
		}
		p.say("recvfrom", s, fmt.Sprint(received(n, b), " from ", p.show(from)), err)
	case 21, 22:
		p.read(s)
	case 23:
		p.readv(s)
	case 24:
		b := make([]byte, p.size())
		n, _, flags, from, err := syscall.Recvmsg(s.fd, b, nil, 0)
		p.say("recvmsg", s, fmt.Sprint(received(n, b), " ", flags, " from ", p.show(from)), err)
	case 25:
		if p.mayQueue() && !p.unsure(s) {
			p.writev(s)
		}
	case 26, 27:
		if to, name := p.somebody(s); to != nil {
			p.say("connect "+name, s, "ok", syscall.Connect(s.fd, to))
			p.peerName(s)
		}
	case 28:
		p.forget(s)
		none := [16]byte{} // AF_UNSPEC
		_, _, errno := syscall.Syscall(syscall.SYS_CONNECT, uintptr(s.fd), uintptr(unsafe.Pointer(&none)), 16)
		p.result("disconnect", s, 0, errno)
		p.ownName(s)
	case 29, 30:
		p.unread(s)
	case 31, 32:
		p.poll(s)
	case 33:
		p.errno(s)
	case 34:
		how := p.rng.Intn(3)
		p.socks[i].shut = true
		p.say([]string{"shutdown(RD)", "shutdown(WR)", "shutdown(RDWR)"}[how], s, "ok", syscall.Shutdown(s.fd, how))
	case 35:
		p.peerName(s)
		p.ownName(s)
	case 36:
		p.bindDatagram(i)
	case 37:
		p.say("listen", s, "ok", syscall.Listen(s.fd, 1))
	case 38:
		p.accept(s)
	case 39:
		p.close(i)
	}
}

func (p *program) datagramSocket() {
	if p.kind == "unixgram" && p.rng.Intn(2) == 0 {
		p.ends()
		return
	}
	domain, v6 := syscall.AF_UNIX, false
	if p.kind == "udp" {
		domain = syscall.AF_INET
		if v6 = p.rng.Intn(3) == 0; v6 {
			domain = syscall.AF_INET6
		}
	}
	fd, err := syscall.Socket(domain, syscall.SOCK_DGRAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		p.say("socket", sock{}, nil, err)
		return
	}
	p.add(fd, v6, nil)
	if p.rng.Intn(4) > 0 {
		p.bindDatagram(len(p.socks) - 1)
	}
}

func (p *program) bindDatagram(i int) {
	s := &p.socks[i]
	var where syscall.Sockaddr
	if p.kind != "udp" {
		n := p.rng.Intn(p.named + 6) // perhaps one that there is, or was
		p.named = max(p.named, n+1)
		where = &syscall.SockaddrUnix{Name: p.path(n)}
	} else if where = loopback(s.v6, 0); p.rng.Intn(3) == 0 {
		where = everywhere(s.v6)
	}
	err := syscall.Bind(s.fd, where)
	p.say("bind", *s, "ok", err)
	if err == nil {
		s.addr = where
		if p.kind == "udp" {
			a, _ := syscall.Getsockname(s.fd)
			s.addr = loopback(s.v6, port(a))
		}
	}
	p.ownName(*s)
}

// path is the name of a Unix socket: every other one is a file.
func (p *program) path(n int) string {
	name := fmt.Sprint("simnet-", os.Getpid(), "-", p.kind, n)
	if n%2 == 0 {
		return "@" + name
	}
	return p.dir + "/" + name
}

// somebody returns an address to send to, and its name: another socket's, one that was there,
// or one that is none.
func (p *program) somebody(s sock) (syscall.Sockaddr, string) {
	switch p.rng.Intn(8) {
	case 0:
		if p.kind != "udp" {
			return &syscall.SockaddrUnix{Name: p.dir + []string{"", "/nobody"}[p.rng.Intn(2)]}, "nobody"
		}
		return loopback(s.v6, 0), "nobody"
	case 1:
		if p.gone != nil {
			return p.gone, "who is gone"
		}
	}
	o := p.socks[p.rng.Intn(len(p.socks))]
	if o.addr == nil {
		return nil, ""
	}
	name := o.name
	if p.kind == "udp" && p.rng.Intn(4) == 0 {
		name += " at all"
		o.addr = everywhere(o.v6)
		switch a := o.addr.(type) {
		case *syscall.SockaddrInet4:
			a.Port = port(p.addrOf(o))
		case *syscall.SockaddrInet6:
			a.Port = port(p.addrOf(o))
		}
	}
	return o.addr, name
}

func (p *program) addrOf(s sock) syscall.Sockaddr {
	for _, o := range p.socks {
		if o.fd == s.fd {
			return o.addr
		}
	}
	return nil
}

func (p *program) peerName(s sock) {
	a, err := syscall.Getpeername(s.fd)
	p.say("getpeername", s, p.show(a), err)
}

func (p *program) ownName(s sock) {
	a, err := syscall.Getsockname(s.fd)
	p.say("getsockname", s, p.show(a), err)
}

// unsure reports whether there is more than one reason why s cannot be written to: of a Unix
// socket, which one is told depends on the release of Linux.
func (p *program) unsure(s sock) bool {
	_, err := syscall.Getpeername(s.fd)
	return p.kind == "unixgram" && s.shut && err != nil
}

// mayQueue reports whether a datagram may be sent. How many a Unix socket has room for is a
// setting of the machine, and what is simulated has Linux's own.
func (p *program) mayQueue() bool {
	if p.kind == "udp" || maxQueue == 10 {
		return true
	}
	p.queued++
	return p.queued <= 10
}

var maxQueue = func() int {
	text, _ := os.ReadFile("/proc/sys/net/unix/max_dgram_qlen")
	n, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return n
}()
