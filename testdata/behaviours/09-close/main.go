// Descriptors that are closed or shut down under a reader, that have two readers,
// and whose number is used again.
package main

import (
	"errors"
	"io"
	"net"
	"os"
	"runtime"

	"behaviours/internal/check"
)

type result struct {
	n   int
	err error
}

// read reads in a goroutine of its own.
func read(r io.Reader) <-chan result {
	c := make(chan result, 1)
	go func() {
		n, err := r.Read(make([]byte, 8))
		c <- result{n, err}
	}()
	return c
}

func main() {
	l := check.Must1(net.Listen("tcp", "127.0.0.1:0"))
	var keep []net.Conn // or the collector would close them
	defer func() { runtime.KeepAlive(keep) }()
	dial := func() (c, peer net.Conn) {
		c = check.Must1(net.Dial("tcp", l.Addr().String()))
		peer = check.Must1(l.Accept())
		keep = append(keep, c, peer)
		return c, peer
	}
	number := func(c net.Conn) (fd uintptr) {
		check.Must(check.Must1(c.(*net.TCPConn).SyscallConn()).Control(func(n uintptr) { fd = n }))
		return fd
	}

	c, peer := dial()
	old, oldPeer := read(c), read(peer)
	check.Parked("IO wait", 2)
	fd := number(c)
	check.Must(c.Close())
	r := check.Within("closed", old)
	check.That(errors.Is(r.err, net.ErrClosed), "closed while reading: %v", r.err)
	r = check.Within("peer of closed", oldPeer)
	check.That(r.err == io.EOF, "its peer: %v", r.err)
	check.That(c.Close() != nil, "closed twice")

	// The same number again: the old connection does not read from the new one.
	var conns []net.Conn
	for len(conns) == 0 || number(conns[len(conns)-1]) != fd {
		next, nextPeer := dial()
		conns = append(conns, nextPeer, next)
		if number(nextPeer) == fd {
			conns[len(conns)-1], conns[len(conns)-2] = nextPeer, next
		}
		check.That(len(conns) < 100, "connections until descriptor %d comes again: %d", fd, len(conns)/2)
	}
	again, againPeer := conns[len(conns)-1], conns[len(conns)-2]
	fresh := read(again)
	check.Parked("IO wait", 1)
	r = check.Within("old", read(c))
	check.That(errors.Is(r.err, net.ErrClosed), "the closed one: %v", r.err)
	check.Must1(againPeer.Write([]byte("abc")))
	r = check.Within("fresh", fresh)
	check.That(r.n == 3 && r.err == nil, "the new one: %d bytes, %v", r.n, r.err)

	// Shut down: by the peer, and by oneself.
	half, halfPeer := dial()
	reading := read(half)
	check.Parked("IO wait", 1)
	check.Must(halfPeer.(*net.TCPConn).CloseWrite())
	r = check.Within("shut down by the peer", reading)
	check.That(r.err == io.EOF, "shut down by the peer: %v", r.err)
	reading = read(halfPeer)
	check.Parked("IO wait", 1)
	check.Must(halfPeer.(*net.TCPConn).CloseRead())
	r = check.Within("shut down", reading)
	check.That(r.err == io.EOF, "shut down: %v", r.err)

	// Two readers: the second waits behind the first, and each has its turn.
	two, twoPeer := dial()
	one, other := read(two), read(two)
	check.Parked("IO wait", 1)
	check.Parked("semacquire", 1)
	check.Must1(twoPeer.Write([]byte("a")))
	select {
	case r = <-one:
		one = other
	case r = <-other:
	}
	check.That(r.n == 1 && r.err == nil, "one of two readers: %d bytes, %v", r.n, r.err)
	check.Must1(twoPeer.Write([]byte("bc")))
	r = check.Within("the other", one)
	check.That(r.n == 2 && r.err == nil, "the other: %d bytes, %v", r.n, r.err)
	one, other = read(two), read(two)
	check.Parked("semacquire", 1)
	check.Must(two.Close())
	for _, r := range []result{check.Within("one", one), check.Within("other", other)} {
		check.That(errors.Is(r.err, net.ErrClosed), "both are told of the end: %v", r.err)
	}

	pr, pw, err := os.Pipe()
	check.Must(err)
	reading = read(pr)
	check.Parked("IO wait", 1)
	check.Must(pr.Close())
	r = check.Within("pipe", reading)
	check.That(errors.Is(r.err, os.ErrClosed), "pipe: %v", r.err)
	pw.Close()
}
