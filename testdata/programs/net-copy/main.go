// Megabytes through io.Copy both ways at once, over TCP, a Unix socket and
// net.Pipe, each through a proxy: all arrives, unchanged.
package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"sync"
)

const size = 4 << 20

func pair(network string) (c, s net.Conn) {
	if network == "pipe" {
		return net.Pipe()
	}
	addr := map[string]string{"tcp": "127.0.0.1:0", "unix": "sock"}[network]
	l, err := net.Listen(network, addr)
	check(err)
	defer l.Close()
	c, err = net.Dial(network, l.Addr().String())
	check(err)
	s, err = l.Accept()
	check(err)
	return c, s
}

func main() {
	for _, network := range []string{"tcp", "unix", "pipe"} {
		var wg sync.WaitGroup
		a, left := pair(network)
		b, right := pair(network)
		proxy := func(dst, src net.Conn) func() {
			return func() {
				io.Copy(dst, src)
				if half, ok := dst.(interface{ CloseWrite() error }); ok {
					half.CloseWrite()
				}
			}
		}
		go proxy(right, left)()
		go proxy(left, right)()
		var sent, got [2][]byte
		for i, c := range []net.Conn{a, b} {
			wg.Go(func() {
				h := sha256.New()
				src := rand.NewChaCha8([32]byte{byte(i)})
				io.Copy(io.MultiWriter(c, h), io.LimitReader(src, size))
				sent[i] = h.Sum(nil)
			})
			wg.Go(func() {
				h := sha256.New()
				io.CopyN(h, c, size)
				got[1-i] = h.Sum(nil)
			})
		}
		wg.Wait()
		fmt.Println(network, string(sent[0]) == string(got[0]), string(sent[1]) == string(got[1]))
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
