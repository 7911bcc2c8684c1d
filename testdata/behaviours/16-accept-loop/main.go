// An accept loop that handles three connections at a time. Stopped, it takes no new
// ones and ends those that it has.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"behaviours/internal/check"

	green "github.com/greenify-go/greenify/runtime"
)

func main() {
	const limit, clients = 3, 10
	var inside, most, served atomic.Int32
	gate := make(chan bool) // who is being served waits here
	l := check.Must1(net.Listen("tcp", "127.0.0.1:0"))
	pool := green.NewPool(limit)
	handle := func(c net.Conn) {
		defer c.Close()
		line, err := bufio.NewReader(c).ReadString('\n')
		if err != nil {
			return
		}
		n := inside.Add(1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		<-gate
		inside.Add(-1)
		served.Add(1)
		fmt.Fprint(c, "echo ", line)
	}
	stopped := make(chan error, 1)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				stopped <- err
				return
			}
			pool.Go(func() { handle(c) })
		}
	}()

	ask := func(c net.Conn, n int) {
		fmt.Fprintln(c, n)
		line, err := bufio.NewReader(c).ReadString('\n')
		check.That(err == nil && line == fmt.Sprintf("echo %d\n", n), "client %d: %q, %v", n, line, err)
		c.Close()
	}
	var wg sync.WaitGroup
	for n := range clients {
		c := check.Must1(net.Dial("tcp", l.Addr().String()))
		wg.Go(func() { ask(c, n) })
	}
	full := func() bool { return inside.Load() >= limit }
	check.Until("three are being served", full)
	time.Sleep(20 * time.Millisecond) // for a fourth, if the limit is none
	for range clients {
		gate <- true
	}
	wg.Wait()
	check.Equal("served", served.Load(), clients)
	check.Equal("at once", most.Load(), limit)

	// Stopped while three are being served.
	for n := range limit {
		c := check.Must1(net.Dial("tcp", l.Addr().String()))
		wg.Go(func() { ask(c, n) })
	}
	check.Until("three are being served", full)
	check.Must(l.Close())
	err := check.Within("the loop ends", stopped)
	check.That(errors.Is(err, net.ErrClosed), "the loop ends: %v", err)
	check.Equal("served up to now", served.Load(), clients)
	go func() {
		for range limit {
			gate <- true
		}
	}()
	pool.Wait()
	check.Equal("served in all", served.Load(), clients+limit)
	wg.Wait()
	_, err = net.Dial("tcp", l.Addr().String())
	check.That(err != nil, "nobody listens: %v", err)
}
