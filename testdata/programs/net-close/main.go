// Closing a connection, listener or packet socket wakes everyone parked on it;
// closing the other end ends reads. Interleaving: all are parked first.
package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"slices"

	"programs/internal/parked"
)

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	dial := func() (c, s net.Conn) {
		c, err := net.Dial("tcp", l.Addr().String())
		check(err)
		s, err = l.Accept()
		check(err)
		return c, s
	}
	out := make(chan string)
	report := func(what string, f func() error) {
		go func() {
			err := f()
			out <- fmt.Sprint(what, ": closed ", errors.Is(err, net.ErrClosed), ", EOF ", err == io.EOF)
		}()
	}
	read := func(c net.Conn) func() error {
		return func() error { _, err := c.Read(make([]byte, 1)); return err }
	}
	accept := func() error { _, err := l.Accept(); return err }
	c1, s1 := dial()
	c2, s2 := dial()
	c3, s3 := dial()
	u, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	check(err)
	report("reader", read(c1))
	report("its other end", read(s1))
	report("reader of half-closed", read(s2))
	report("writer", func() error { _, err := c3.Write(make([]byte, 64<<20)); return err })
	report("accept", accept)
	report("udp", func() error { _, _, err := u.ReadFrom(make([]byte, 1)); return err })
	parked.Wait("IO wait", 6)
	c1.Close()
	c2.(*net.TCPConn).CloseWrite()
	c3.Close()
	l.Close()
	u.Close()
	var lines []string
	for range 6 {
		lines = append(lines, <-out)
	}
	slices.Sort(lines)
	for _, l := range lines {
		fmt.Println(l)
	}
	report("read after", read(c1))
	fmt.Println(<-out)
	report("accept after", accept)
	fmt.Println(<-out)
	// The half that is open still works.
	s2.Write([]byte("x"))
	n, err := c2.Read(make([]byte, 9))
	fmt.Println(n, err)
	s3.Close()
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
