// A write that nobody can read returns the error, at once or when the reader goes
// while the writer waits; it is not tried again for ever.
package main

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"

	"behaviours/internal/check"
)

func write(w io.Writer, n int) <-chan error {
	c := make(chan error, 1)
	go func() {
		_, err := w.Write(make([]byte, n))
		c <- err
	}()
	return c
}

func main() {
	r, w, err := os.Pipe()
	check.Must(err)
	check.Must(r.Close())
	err = check.Within("pipe", write(w, 1))
	check.That(errors.Is(err, syscall.EPIPE), "pipe: %v", err)

	r, w, err = os.Pipe()
	check.Must(err)
	waiting := write(w, 1<<20) // more than a pipe holds
	check.Parked("IO wait", 1)
	check.Must(r.Close())
	err = check.Within("full pipe", waiting)
	check.That(errors.Is(err, syscall.EPIPE), "full pipe: %v", err)

	l := check.Must1(net.Listen("tcp", "127.0.0.1:0"))
	c := check.Must1(net.Dial("tcp", l.Addr().String()))
	peer := check.Must1(l.Accept())
	waiting = write(c, 64<<20)
	check.Parked("IO wait", 1)
	check.Must(peer.(*net.TCPConn).SetLinger(0))
	check.Must(peer.Close())
	err = check.Within("socket", waiting)
	check.That(errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE), "socket: %v", err)
	err = check.Within("socket", write(c, 1))
	check.That(errors.Is(err, syscall.EPIPE), "socket, again: %v", err)

	pr, pw := io.Pipe()
	waiting = write(pw, 1)
	check.Must(pr.Close())
	check.Equal("io.Pipe", check.Within("io.Pipe", waiting), io.ErrClosedPipe)
}
