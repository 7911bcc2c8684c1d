package main

import (
	"bufio"
	"context"
	"io"
	"net"
	"path/filepath"
	"syscall"
	"time"
)

// listen returns a listener and a function that connects to it.
func listen(t *T, network string) (l net.Listener, dial func() net.Conn) {
	addr := "127.0.0.1:0"
	switch network {
	case "unix":
		addr = filepath.Join(scratch(t), "s")
	case "tcp6":
		addr = "[::1]:0"
	}
	l = must1(net.Listen(network, addr))
	t.Defer(func() { l.Close() })
	return l, func() net.Conn {
		c := must1(net.Dial(network, l.Addr().String()))
		t.Defer(func() { c.Close() })
		return c
	}
}

// pair returns both ends of a connection.
func pair(t *T, network string) (a, b net.Conn) {
	l, dial := listen(t, network)
	a = dial()
	b = must1(l.Accept())
	t.Defer(func() { b.Close() })
	return a, b
}

// filled returns a connection whose buffers are full; the peer begins to read
// after the pause.
func filled(t *T, network string) net.Conn {
	a, b := pair(t, network)
	must(a.SetWriteDeadline(time.Now().Add(pause / 4)))
	for {
		if _, err := a.Write(make([]byte, 1<<16)); err != nil {
			break
		}
	}
	must(a.SetWriteDeadline(time.Time{}))
	t.After(func() { io.Copy(io.Discard, b) })
	return a
}

func connRead(network string) op {
	return op{"net.Conn.Read, " + network, func(t *T) {
		a, b := pair(t, network)
		t.After(func() { b.Write([]byte("x")) })
		t.Call(func() { must1(a.Read(make([]byte, 1))) })
	}}
}

func connWrite(network string) op {
	return op{"net.Conn.Write, " + network, func(t *T) {
		a := filled(t, network)
		t.Call(func() { must1(a.Write(make([]byte, 1<<20))) })
	}}
}

func accept(network string) op {
	return op{"net.Listener.Accept, " + network, func(t *T) {
		l, dial := listen(t, network)
		t.After(func() { dial() })
		t.Call(func() { must1(l.Accept()).Close() })
	}}
}

func udp(t *T) (a, b *net.UDPConn) {
	a = must1(net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}))
	b = must1(net.DialUDP("udp", nil, a.LocalAddr().(*net.UDPAddr)))
	t.Defer(func() { a.Close(); b.Close() })
	return a, b
}

// receiving is an operation that waits for a datagram.
func receiving(name string, f func(c *net.UDPConn) error) op {
	return op{name, func(t *T) {
		a, b := udp(t)
		t.After(func() { b.Write([]byte("x")) })
		t.Call(func() { must(f(a)) })
	}}
}

// deaf returns the address of a listener that has no room for another connection.
func deaf(t *T) string {
	fd := must1(syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0))
	t.Defer(func() { syscall.Close(fd) })
	must(syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	must(syscall.Listen(fd, 0))
	sa := must1(syscall.Getsockname(fd)).(*syscall.SockaddrInet4)
	addr := (&net.TCPAddr{IP: sa.Addr[:], Port: sa.Port}).String()
	c := must1(net.Dial("tcp", addr))
	t.Defer(func() { c.Close() })
	return addr
}

var socketOps = []op{
	connRead("tcp4"), connRead("tcp6"), connRead("unix"),
	connWrite("tcp4"), connWrite("tcp6"), connWrite("unix"),
	accept("tcp4"), accept("tcp6"), accept("unix"),
	receiving("net.UDPConn.Read", func(c *net.UDPConn) error { _, err := c.Read(make([]byte, 1)); return err }),
	receiving("net.UDPConn.ReadFrom", func(c *net.UDPConn) error { _, _, err := c.ReadFrom(make([]byte, 1)); return err }),
	receiving("net.UDPConn.ReadFromUDP", func(c *net.UDPConn) error { _, _, err := c.ReadFromUDP(make([]byte, 1)); return err }),
	receiving("net.UDPConn.ReadFromUDPAddrPort", func(c *net.UDPConn) error { _, _, err := c.ReadFromUDPAddrPort(make([]byte, 1)); return err }),
	receiving("net.UDPConn.ReadMsgUDP", func(c *net.UDPConn) error { _, _, _, _, err := c.ReadMsgUDP(make([]byte, 1), nil); return err }),
	{"net.UnixConn.ReadFrom, unixgram", func(t *T) {
		addr := &net.UnixAddr{Name: filepath.Join(scratch(t), "s"), Net: "unixgram"}
		a := must1(net.ListenUnixgram("unixgram", addr))
		b := must1(net.DialUnix("unixgram", nil, addr))
		t.Defer(func() { a.Close(); b.Close() })
		t.After(func() { b.Write([]byte("x")) })
		t.Call(func() { _, _, err := a.ReadFrom(make([]byte, 1)); must(err) })
	}},
	{"net.UnixConn.ReadMsgUnix", func(t *T) {
		a, b := pair(t, "unix")
		t.After(func() { b.Write([]byte("x")) })
		t.Call(func() { _, _, _, _, err := a.(*net.UnixConn).ReadMsgUnix(make([]byte, 1), nil); must(err) })
	}},
	{"net.TCPListener.AcceptTCP", func(t *T) {
		l, dial := listen(t, "tcp")
		t.After(func() { dial() })
		t.Call(func() { must1(l.(*net.TCPListener).AcceptTCP()).Close() })
	}},
	{"net.Listener.Accept, deadline", func(t *T) {
		l, _ := listen(t, "tcp")
		must(l.(*net.TCPListener).SetDeadline(time.Now().Add(pause)))
		t.Call(func() { l.Accept() })
	}},
	{"net.Listener.Close during Accept", func(t *T) {
		l, _ := listen(t, "tcp")
		t.After(func() { l.Close() })
		t.Call(func() { l.Accept() })
	}},
	{"net.Conn.SetReadDeadline", func(t *T) {
		a, _ := pair(t, "tcp")
		must(a.SetReadDeadline(time.Now().Add(pause)))
		t.Call(func() { a.Read(make([]byte, 1)) })
	}},
	{"net.Conn.SetDeadline during Read", func(t *T) {
		a, _ := pair(t, "tcp")
		t.After(func() { a.SetDeadline(time.Now()) })
		t.Call(func() { a.Read(make([]byte, 1)) })
	}},
	{"net.Conn.Close during Read", func(t *T) {
		a, _ := pair(t, "tcp")
		t.After(func() { a.Close() })
		t.Call(func() { a.Read(make([]byte, 1)) })
	}},
	{"net.DialTimeout", func(t *T) {
		addr := deaf(t)
		t.Call(func() { net.DialTimeout("tcp", addr, pause) })
	}},
	{"net.Dialer.DialContext, cancelled", func(t *T) {
		addr := deaf(t)
		ctx, cancel := context.WithCancel(context.Background())
		t.After(cancel)
		t.Call(func() { new(net.Dialer).DialContext(ctx, "tcp", addr) })
	}},
	{"net.TCPConn.ReadFrom, a connection", func(t *T) {
		a, b := pair(t, "tcp")
		c, _ := pair(t, "tcp")
		t.After(func() { b.Write([]byte("x")); b.Close() })
		t.Call(func() { must1(c.(*net.TCPConn).ReadFrom(a)) })
	}},
	{"net.TCPConn.WriteTo, a connection", func(t *T) {
		a, b := pair(t, "tcp")
		c, _ := pair(t, "unix")
		t.After(func() { b.Write([]byte("x")); b.Close() })
		t.Call(func() { must1(a.(*net.TCPConn).WriteTo(c)) })
	}},
	{"net.TCPConn.ReadFrom, a pipe", func(t *T) {
		c, _ := pair(t, "tcp")
		r := feed(t, "hello")
		t.Call(func() { must1(c.(*net.TCPConn).ReadFrom(r)) })
	}},
	{"net.Buffers.WriteTo", func(t *T) {
		a := filled(t, "tcp")
		bufs := net.Buffers{make([]byte, 1<<19), make([]byte, 1<<19)}
		t.Call(func() { must1(bufs.WriteTo(a)) })
	}},
	{"io.Copy, connection to connection", func(t *T) {
		a, b := pair(t, "tcp")
		c, _ := pair(t, "tcp")
		t.After(func() { b.Write([]byte("x")); b.Close() })
		t.Call(func() { must1(io.Copy(c, a)) })
	}},
	{"bufio.Reader over a connection", func(t *T) {
		a, b := pair(t, "tcp")
		t.After(func() { io.WriteString(b, "hello\n") })
		t.Call(func() { must1(bufio.NewReader(a).ReadString('\n')) })
	}},
	{"bufio.Writer over a connection", func(t *T) {
		w := bufio.NewWriter(filled(t, "tcp"))
		t.Call(func() { must1(w.Write(make([]byte, 1<<20))) })
	}},
	{"net.Pipe, Read", func(t *T) {
		a, b := net.Pipe()
		t.After(func() { b.Write([]byte("x")) })
		t.Call(func() { must1(a.Read(make([]byte, 1))) })
	}},
	{"net.Pipe, Write", func(t *T) {
		a, b := net.Pipe()
		t.After(func() { b.Read(make([]byte, 1)) })
		t.Call(func() { must1(a.Write([]byte("x"))) })
	}},
	{"net.FileConn, Read", func(t *T) {
		a, b := pair(t, "tcp")
		f := must1(a.(*net.TCPConn).File())
		c := must1(net.FileConn(f))
		t.Defer(func() { f.Close(); c.Close() })
		t.After(func() { b.Write([]byte("x")) })
		t.Call(func() { must1(c.Read(make([]byte, 1))) })
	}},
	{"net.TCPConn.SyscallConn, Read", func(t *T) {
		a, b := pair(t, "tcp")
		c := must1(a.(*net.TCPConn).SyscallConn())
		t.After(func() { b.Write([]byte("x")) })
		t.Call(func() {
			must(c.Read(func(fd uintptr) bool {
				n, _ := syscall.Read(int(fd), make([]byte, 1))
				return n == 1
			}))
		})
	}},
	{"net.TCPConn.CloseRead during Read", func(t *T) {
		a, _ := pair(t, "tcp")
		t.After(func() { a.(*net.TCPConn).CloseRead() })
		t.Call(func() { a.Read(make([]byte, 1)) })
	}},
}
