// Command echo makes round trips over N connections on the loopback, as many at once, and
// prints how many it makes in a second:
//
//	echo N TRIPS
//
// The client is a process of its own, for a process may not have both ends of 10,000
// connections everywhere.
package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"time"
)

const message = 64 // bytes there, and back

func main() {
	var err error
	switch args := os.Args[1:]; len(args) {
	case 2:
		err = serve(args[0], args[1])
	case 3:
		err = call(args[0], args[1], args[2])
	default:
		err = fmt.Errorf("%d arguments, want N and TRIPS", len(args))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "echo:", err)
		os.Exit(1)
	}
}

// serve answers, and runs the client, which prints what it measures.
func serve(connections, trips string) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				fmt.Fprintln(os.Stderr, "echo:", err)
				return
			}
			go func() {
				defer c.Close()
				b := make([]byte, message)
				for {
					if _, err := io.ReadFull(c, b); err != nil {
						return // the client has closed it
					}
					if _, err := c.Write(b); err != nil {
						return
					}
				}
			}()
		}
	}()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(self, connections, trips, l.Addr().String())
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("the client: %w", err)
	}
	return nil
}

// call opens the connections, and then measures.
func call(connections, trips, addr string) error {
	n, err := strconv.Atoi(connections)
	if err != nil {
		return err
	}
	total, err := strconv.Atoi(trips)
	if err != nil {
		return err
	}
	if err := mayOpen(n); err != nil {
		return err
	}
	conns := make([]*net.TCPConn, n)
	for i := range conns {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			return err
		}
		conns[i] = c.(*net.TCPConn)
		// Ports that wait for late packets would be missing in the next run.
		if err := conns[i].SetLinger(0); err != nil {
			return err
		}
		// The server has accepted it as soon as it answers.
		if err := trip(c, make([]byte, message)); err != nil {
			return err
		}
	}
	var done sync.WaitGroup
	errs := make([]error, n)
	begin := time.Now()
	for i, c := range conns {
		done.Go(func() {
			b := make([]byte, message)
			for range (total + i) / n { // all together make total
				if errs[i] = trip(c, b); errs[i] != nil {
					return
				}
			}
		})
	}
	done.Wait()
	took := time.Since(begin)
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for _, c := range conns {
		c.Close()
	}
	fmt.Println(float64(total) / took.Seconds())
	return nil
}

func trip(c net.Conn, b []byte) error {
	if _, err := c.Write(b); err != nil {
		return err
	}
	_, err := io.ReadFull(c, b)
	return err
}

// mayOpen fails if the process may not have so many connections. Package os has raised the
// soft limit to the hard one, here and in the server.
func mayOpen(connections int) error {
	const others = 32 // standard streams, the poller, the listener
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return err
	}
	if need := uint64(connections + others); limit.Cur < need {
		return fmt.Errorf("%d connections need %d open files, the hard limit RLIMIT_NOFILE is %d: raise it as root, ulimit -Hn %d",
			connections, need, limit.Max, need)
	}
	return nil
}
