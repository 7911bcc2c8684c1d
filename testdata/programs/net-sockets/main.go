// UDP, Unix stream and datagram sockets, and many TCP clients at once.
package main

import (
	"bufio"
	"fmt"
	"net"
	"sync"
)

func main() {
	// UDP: packets keep their boundaries.
	a, err := net.ListenPacket("udp", "127.0.0.1:0")
	check(err)
	b, err := net.Dial("udp", a.LocalAddr().String())
	check(err)
	go func() {
		buf := make([]byte, 100)
		for {
			n, from, err := a.ReadFrom(buf)
			if err != nil {
				return
			}
			a.WriteTo(append(buf[:n:n], '!'), from)
		}
	}()
	buf := make([]byte, 100)
	for _, s := range []string{"one", "", "three"} {
		b.Write([]byte(s))
		n, err := b.Read(buf)
		fmt.Printf("%s %v\n", buf[:n], err)
	}
	a.Close()

	// Unix sockets, stream and datagram, and TCP: twenty clients that talk in
	// turns with a server.
	for _, network := range []string{"unix", "tcp"} {
		addr := "sock"
		if network == "tcp" {
			addr = "127.0.0.1:0"
		}
		l, err := net.Listen(network, addr)
		check(err)
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				go func() {
					defer c.Close()
					lines := bufio.NewScanner(c)
					for lines.Scan() {
						fmt.Fprintf(c, "%s back\n", lines.Text())
					}
				}()
			}
		}()
		var wg sync.WaitGroup
		good := make([]int, 20)
		for i := range good {
			wg.Go(func() {
				c, err := net.Dial(network, l.Addr().String())
				check(err)
				defer c.Close()
				lines := bufio.NewScanner(c)
				for j := range 50 {
					fmt.Fprintf(c, "%d-%d\n", i, j)
					if lines.Scan() && lines.Text() == fmt.Sprintf("%d-%d back", i, j) {
						good[i]++
					}
				}
			})
		}
		wg.Wait()
		l.Close()
		fmt.Println(network, good)
	}

	g, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: "gram", Net: "unixgram"})
	check(err)
	h, err := net.Dial("unixgram", "gram")
	check(err)
	go h.Write([]byte("datagram"))
	n, err := g.Read(buf)
	fmt.Printf("%s %v\n", buf[:n], err)
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
