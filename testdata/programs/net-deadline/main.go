// Deadlines of connections: in the past, in the future, moved while somebody is
// parked, on reads, writes and accepts; a connection works on after one.
package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"programs/internal/parked"
)

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	c, err := net.Dial("tcp", l.Addr().String())
	check(err)
	s, err := l.Accept()
	check(err)
	timeout := func(what string, err error) {
		var ne net.Error
		fmt.Println(what, errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &ne) && ne.Timeout())
	}
	b := make([]byte, 10)
	c.SetReadDeadline(time.Now().Add(-time.Second))
	_, err = c.Read(b)
	timeout("past:", err)
	c.SetReadDeadline(time.Now().Add(5 * time.Millisecond))
	_, err = c.Read(b)
	timeout("future:", err)
	_, err = c.Read(b)
	timeout("still:", err)
	c.SetReadDeadline(time.Time{})

	// Moved under a parked reader.
	errs := make(chan error)
	read := func() { _, err := c.Read(b); errs <- err }
	go read()
	parked.Wait("IO wait", 1)
	c.SetDeadline(time.Now())
	timeout("moved:", <-errs)
	c.SetDeadline(time.Now().Add(time.Hour))
	go read()
	parked.Wait("IO wait", 1)
	s.Write([]byte("hello"))
	fmt.Println(<-errs, string(b[:5]))

	// A write that cannot go on.
	big := make([]byte, 32<<20)
	n := 0
	go func() {
		var err error
		n, err = c.Write(big)
		errs <- err
	}()
	parked.Wait("IO wait", 1)
	c.SetWriteDeadline(time.Now().Add(5 * time.Millisecond))
	timeout("write:", <-errs)
	fmt.Println("partly:", n > 0 && n < len(big))
	s.Close()

	l.(*net.TCPListener).SetDeadline(time.Now().Add(time.Millisecond))
	_, err = l.Accept()
	timeout("accept:", err)

	d := net.Dialer{Timeout: time.Nanosecond}
	_, err = d.Dial("tcp", l.Addr().String())
	timeout("dial:", err)

	// Deadlines of net.Pipe, which are timers and channels.
	p, _ := net.Pipe()
	p.SetReadDeadline(time.Now().Add(time.Millisecond))
	_, err = p.Read(b)
	timeout("net.Pipe:", err)
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
