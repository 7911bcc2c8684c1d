// Command simnet makes random system calls on sockets, from a seed, and prints what each
// returns. In plain Go the kernel answers, under greenify -sim the hub: the output is the
// same (TestSimNet of cmd/greenify).
//
//	simnet FROM TO
//
// runs the seeds of a range.
package main

import (
	"errors"
	"fmt"
	"math/rand"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

func main() {
	signal.Notify(pipes, syscall.SIGPIPE)
	from, err1 := strconv.Atoi(os.Args[1])
	to, err2 := strconv.Atoi(os.Args[2])
	if err := errors.Join(err1, err2); err != nil {
		fmt.Fprintln(os.Stderr, "simnet:", err)
		os.Exit(2)
	}
	for seed := from; seed <= to; seed++ {
		dir, err := os.MkdirTemp("", "simnet")
		if err != nil {
			fmt.Fprintln(os.Stderr, "simnet:", err)
			os.Exit(2)
		}
		p := &program{rng: rand.New(rand.NewSource(int64(seed))), ports: map[int]string{0: "0"}, dir: dir}
		fmt.Println("seed", seed)
		for _, p.kind = range kinds {
			fmt.Println(" ", p.kind)
			p.gone, p.queued = nil, 0
			p.run()
		}
		os.RemoveAll(dir)
	}
}

// A program has some sockets, each of which has a name.
type program struct {
	kind  string
	rng   *rand.Rand
	socks []sock
	made  int
	ports map[int]string // names of ports, which are not the same twice
	seen  int            // how many have had one

	quiet  bool             // the call asks for no signal
	dir    string           // of Unix sockets
	named  int              // how many of these have had a name
	gone   syscall.Sockaddr // of a socket that was closed
	queued int              // datagrams sent
}

type sock struct {
	fd   int
	name string
	v6   bool
	addr syscall.Sockaddr // where it listens
	shut bool             // a datagram socket has been shut down
}

var kinds = []string{"tcp", "unix", "udp", "unixgram", "pipe", "seqpacket"}

func (p *program) run() {
	steps, step := 40, p.step
	switch p.kind {
	case "tcp":
		p.pair()
	case "unix":
		steps = 20
		p.ends()
	default:
		step = p.datagramStep
		switch p.kind {
		case "pipe":
			step = p.pipeStep
		case "seqpacket":
			step = p.packetStep
		}
	}
	for range steps {
		step()
	}
	for len(p.socks) > 0 {
		if p.kind == "seqpacket" {
			p.drainEmpty(p.socks[len(p.socks)-1])
		}
		p.close(len(p.socks) - 1)
	}
	p.signals(false)
}

// say prints what a call returned.
func (p *program) say(call string, s sock, result any, err error) {
	if err != nil {
		errno, ok := err.(syscall.Errno)
		if !ok {
			errno = 0
		}
		fmt.Printf("  %s %s: errno %d (%v)\n", call, s.name, int(errno), err)
	} else {
		fmt.Printf("  %s %s: %v\n", call, s.name, result)
	}
	// What the kernel sends arrives at once, but for a machine that has much to do.
	time.Sleep(time.Millisecond)
	p.signals(err == syscall.EPIPE && !p.quiet && (p.kind == "tcp" || p.kind == "unix" || p.kind == "pipe"))
}

var pipes = make(chan os.Signal, 100)

// signals prints how many of SIGPIPE have come. One that is likely is waited for.
func (p *program) signals(likely bool) {
	n := 0
	for {
		select {
		case <-pipes:
			n++
			continue
		default:
		}
		if likely && n == 0 {
			likely = false
			select {
			case <-pipes:
				n++
			case <-time.After(10 * time.Second):
			}
			continue
		}
		break
	}
	if n > 0 {
		fmt.Println("  SIGPIPE", n)
	}
}

func (p *program) add(fd int, v6 bool, addr syscall.Sockaddr) sock {
	p.made++
	s := sock{fd: fd, name: "s" + strconv.Itoa(p.made), v6: v6, addr: addr}
	p.socks = append(p.socks, s)
	return s
}

// socket makes a socket that does not wait.
func (p *program) socket(v6 bool) (sock, bool) {
	domain := syscall.AF_INET
	if v6 {
		domain = syscall.AF_INET6
	}
	fd, err := syscall.Socket(domain, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		p.say("socket", sock{}, nil, err)
		return sock{}, false
	}
	// Else the kernel has small ones wait for what has been acknowledged, which is a matter
	// of time.
	syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)
	return p.add(fd, v6, nil), true
}

func loopback(v6 bool, port int) syscall.Sockaddr {
	if v6 {
		return &syscall.SockaddrInet6{Port: port, Addr: [16]byte{15: 1}}
	}
	return &syscall.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}}
}

func everywhere(v6 bool) syscall.Sockaddr {
	if v6 {
		return &syscall.SockaddrInet6{}
	}
	return &syscall.SockaddrInet4{}
}

func port(a syscall.Sockaddr) int {
	switch a := a.(type) {
	case *syscall.SockaddrInet4:
		return a.Port
	case *syscall.SockaddrInet6:
		return a.Port
	}
	return -1
}

// show is an address with its port's name.
func (p *program) show(a syscall.Sockaddr) string {
	if a == nil {
		return "none"
	}
	n := port(a)
	name, ok := p.ports[n]
	if !ok {
		p.seen++
		name = "p" + strconv.Itoa(p.seen)
		p.ports[n] = name
	}
	switch a := a.(type) {
	case *syscall.SockaddrInet4:
		return fmt.Sprint(a.Addr, ":", name)
	case *syscall.SockaddrInet6:
		return fmt.Sprint(a.Addr, ":", name)
	case *syscall.SockaddrUnix:
		return unixName(a.Name)
	}
	return "?"
}

// unixName is a name without what differs between processes.
func unixName(name string) string {
	if i := strings.LastIndex(name, "-"); i >= 0 {
		return name[i+1:]
	}
	return strconv.Quote(name)
}

// pair makes a listener, and a connection to it.
func (p *program) pair() {
	v6 := p.rng.Intn(3) == 0
	l, ok := p.socket(v6)
	if !ok {
		return
	}
	where := loopback(v6, 0)
	if p.rng.Intn(3) == 0 {
		where = everywhere(v6)
	}
	p.say("bind", l, "ok", syscall.Bind(l.fd, where))
	p.say("listen", l, "ok", syscall.Listen(l.fd, 8))
	a, err := syscall.Getsockname(l.fd)
	p.say("getsockname", l, p.show(a), err)
	l.addr = loopback(v6, port(a))
	p.socks[len(p.socks)-1] = l
	p.connect(l)
	p.accept(l)
}

// ends makes a pair of sockets that are connected to each other, or a pipe.
func (p *program) ends() {
	const flags = syscall.SOCK_NONBLOCK | syscall.SOCK_CLOEXEC
	var fds [2]int
	var err error
	switch p.kind {
	case "pipe":
		err = syscall.Pipe2(fds[:], syscall.O_NONBLOCK|syscall.O_CLOEXEC)
	case "unixgram":
		fds, err = syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_DGRAM|flags, 0)
	case "seqpacket":
		fds, err = syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_SEQPACKET|flags, 0)
	default:
		fds, err = syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|flags, 0)
	}
	p.say(p.kind, sock{}, "ok", err)
	for _, fd := range fds {
		p.add(fd, false, nil)
	}
}

func (p *program) listener() (sock, bool) {
	for _, s := range p.socks {
		if s.addr != nil {
			return s, true
		}
	}
	return sock{}, false
}

func (p *program) connect(l sock) {
	s, ok := p.socket(l.v6)
	if !ok {
		return
	}
	p.say("connect", s, "ok", syscall.Connect(s.fd, l.addr))
	p.errno(s)
	a, err := syscall.Getpeername(s.fd)
	p.say("getpeername", s, p.show(a), err)
}

func (p *program) errno(s sock) {
	n, err := syscall.GetsockoptInt(s.fd, syscall.SOL_SOCKET, syscall.SO_ERROR)
	p.say("SO_ERROR", s, syscall.Errno(n), err)
}

func (p *program) accept(l sock) {
	fd, a, err := syscall.Accept4(l.fd, syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC)
	if err != nil {
		p.say("accept", l, nil, err)
		return
	}
	p.say("accept", l, p.show(a), nil)
	p.add(fd, l.v6, nil)
}

func (p *program) close(i int) {
	s := p.socks[i]
	if s.addr != nil {
		p.gone = s.addr
	}
	p.socks = append(p.socks[:i:i], p.socks[i+1:]...)
	p.forget(s)
	p.say("close", s, "ok", syscall.Close(s.fd))
}

// forget takes the name from the port of a socket that is to lose it, if no other one has it: who
// gets that number next has a new port.
func (p *program) forget(s sock) {
	of := func(s sock) int {
		a, err := syscall.Getsockname(s.fd)
		if err != nil {
			return -1
		}
		return port(a)
	}
	n := of(s)
	if n <= 0 {
		return
	}
	for _, o := range p.socks {
		if o.fd != s.fd && of(o) == n {
			return
		}
	}
	delete(p.ports, n)
}

var (
	sizes     = []int{0, 1, 7, 100, 5000}
	pipeSizes = []int{0, 1, 7, 100, 4095, 4096, 5000, 20000, 70000}
)

func (p *program) size() int {
	if p.kind == "pipe" {
		return pipeSizes[p.rng.Intn(len(pipeSizes))]
	}
	return sizes[p.rng.Intn(len(sizes))]
}

func sum(b []byte) (h uint32) {
	for _, c := range b {
		h = h*31 + uint32(c)
	}
	return h
}

func (p *program) data(n int) []byte {
	b := make([]byte, n)
	p.rng.Read(b)
	return b
}

// received shows what a call read.
func received(n int, b []byte) string {
	if n < 0 {
		return ""
	}
	return fmt.Sprintf("%d bytes, sum %08x", n, sum(b[:n]))
}

func (p *program) step() {
	if len(p.socks) == 0 {
		if p.kind == "tcp" {
			p.pair()
		} else {
			p.ends()
		}
		return
	}
	i := p.rng.Intn(len(p.socks))
	s := p.socks[i]
	op := p.rng.Intn(32)
	if p.kind != "tcp" && 19 <= op && op <= 28 && op != 25 {
		return // what listens, or connects
	}
	switch op {
	case 0, 1, 2, 3, 4:
		p.write(s)
	case 5, 6, 7, 8:
		p.read(s)
	case 9:
		b := make([]byte, 1+p.size())
		n, _, err := syscall.Recvfrom(s.fd, b, syscall.MSG_PEEK)
		p.say("peek", s, received(n, b), err)
	case 10:
		b := make([]byte, 1+p.size())
		n, _, flags, _, err := syscall.Recvmsg(s.fd, b, nil, 0)
		p.say("recvmsg", s, fmt.Sprint(received(n, b), " ", flags), err)
	case 11:
		n, err := syscall.SendmsgN(s.fd, p.data(p.size()), nil, nil, syscall.MSG_NOSIGNAL)
		p.quiet = true
		p.say("sendmsg", s, n, err)
		p.quiet = false
	case 12:
		p.writev(s)
	case 13:
		p.readv(s)
	case 14, 15:
		how := p.rng.Intn(3)
		p.say([]string{"shutdown(RD)", "shutdown(WR)", "shutdown(RDWR)"}[how], s, "ok", syscall.Shutdown(s.fd, how))
	case 16:
		p.errno(s)
	case 17:
		a, err := syscall.Getpeername(s.fd)
		p.say("getpeername", s, p.show(a), err)
	case 18:
		a, err := syscall.Getsockname(s.fd)
		p.say("getsockname", s, p.show(a), err)
	case 19, 20:
		if l, ok := p.listener(); ok {
			p.accept(l)
		} else {
			p.accept(s)
		}
	case 21, 22:
		if l, ok := p.listener(); ok && len(p.socks) < 8 {
			p.connect(l)
		}
	case 23:
		p.accept(s)
	case 24:
		if s.addr == nil {
			p.say("linger", s, "ok", syscall.SetsockoptLinger(s.fd, syscall.SOL_SOCKET, syscall.SO_LINGER, &syscall.Linger{Onoff: 1}))
		}
	case 25:
		p.unread(s)
	case 26:
		p.say("bind", s, "ok", syscall.Bind(s.fd, loopback(s.v6, 0)))
	case 27:
		if s.addr == nil {
			p.say("connect", s, "ok", syscall.Connect(s.fd, loopback(s.v6, 1)))
		}
	case 28:
		if fresh, ok := p.socket(s.v6); ok {
			a, err := syscall.Getsockname(fresh.fd)
			p.say("getsockname", fresh, p.show(a), err)
		}
	case 29:
		p.close(i)
	case 30, 31:
		if p.kind == "tcp" {
			return // one that has listened and was shut down says more than it does simulated
		}
		p.poll(s)
	}
}

func (p *program) poll(s sock) {
	const rdhup = 0x2000
	poll := struct {
		fd              int32
		events, revents int16
	}{int32(s.fd), 1 | 4 | rdhup, 0} // POLLIN, POLLOUT
	var now syscall.Timespec
	_, _, errno := syscall.Syscall6(syscall.SYS_PPOLL, uintptr(unsafe.Pointer(&poll)), 1, uintptr(unsafe.Pointer(&now)), 0, 0, 0)
	p.result("poll", s, int(poll.revents), errno)
}

func (p *program) result(call string, s sock, n int, errno syscall.Errno) {
	if errno != 0 {
		p.say(call, s, nil, errno)
	} else {
		p.say(call, s, n, nil)
	}
}

func (p *program) write(s sock) {
	n, err := syscall.Write(s.fd, p.data(p.size()))
	p.say("write", s, n, err)
}

func (p *program) read(s sock) {
	b := make([]byte, 1+p.size())
	n, err := syscall.Read(s.fd, b)
	p.say("read", s, received(n, b), err)
}

func (p *program) writev(s sock) {
	b, c := p.data(3), p.data(p.size()+1)
	vec := []syscall.Iovec{{Base: &b[0], Len: 3}, {Base: &c[0], Len: uint64(len(c))}}
	n, _, errno := syscall.Syscall(syscall.SYS_WRITEV, uintptr(s.fd), uintptr(unsafe.Pointer(&vec[0])), 2)
	p.result("writev", s, int(n), errno)
}

func (p *program) readv(s sock) {
	b, c := make([]byte, 3), make([]byte, p.size()+1)
	vec := []syscall.Iovec{{Base: &b[0], Len: 3}, {Base: &c[0], Len: uint64(len(c))}}
	n, _, errno := syscall.Syscall(syscall.SYS_READV, uintptr(s.fd), uintptr(unsafe.Pointer(&vec[0])), 2)
	if errno != 0 {
		p.say("readv", s, nil, errno)
	} else {
		p.say("readv", s, received(int(n), append(b, c...)), nil)
	}
}

const fionread = 0x541b

// unread is FIONREAD.
func (p *program) unread(s sock) {
	var n int32
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(s.fd), fionread, uintptr(unsafe.Pointer(&n)))
	p.result("FIONREAD", s, int(n), errno)
}
