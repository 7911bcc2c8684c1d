// Command client makes requests to a server on 50 connections at once, each kept, and prints how
// many a second are answered, in the form of go test -bench:
//
//	client ADDRESS DURATION
//
// It first waits until the server answers. It parses no more of an answer than it needs, so
// that the server is what limits the figure.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	connections = 50
	patience    = 10 * time.Second // for a server that starts, and for an answer
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: client ADDRESS DURATION")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "client:", err)
		os.Exit(1)
	}
}

func run(addr, duration string) error {
	d, err := time.ParseDuration(duration)
	if err != nil {
		return err
	}
	if err := wait(addr); err != nil {
		return err
	}
	if _, _, err := load(addr, d/4); err != nil { // warms it up
		return err
	}
	n, took, err := load(addr, d)
	if err != nil {
		return err
	}
	fmt.Printf("BenchmarkHTTP/hello/%d\t%d\t%.1f requests/s\n", connections, n, float64(n)/took.Seconds())
	return nil
}

// wait returns when a server listens.
func wait(addr string) error {
	for begin := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			return c.Close()
		}
		if time.Since(begin) > patience {
			return err
		}
	}
}

// load makes requests for a duration and returns how many were answered.
func load(addr string, d time.Duration) (n int64, took time.Duration, err error) {
	var (
		all   sync.WaitGroup
		done  atomic.Int64
		errs  = make(chan error, connections)
		begin = time.Now()
	)
	for range connections {
		all.Go(func() {
			answered, err := keep(addr, begin.Add(d))
			done.Add(answered)
			if err != nil {
				errs <- err
			}
		})
	}
	all.Wait()
	took = time.Since(begin)
	select {
	case err = <-errs:
	default:
	}
	return done.Load(), took, err
}

// keep makes one request after another on one connection until the time is over.
func keep(addr string, end time.Time) (n int64, err error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	if err := c.SetDeadline(end.Add(patience)); err != nil {
		return 0, err
	}
	r := bufio.NewReader(c)
	for time.Now().Before(end) {
		if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: server\r\n\r\n"); err != nil {
			return n, err
		}
		if err := answer(r); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// answer reads one answer, which must be a success, have a length and keep the connection.
func answer(r *bufio.Reader) error {
	status, err := r.ReadSlice('\n')
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(status, []byte("HTTP/1.1 200 ")) {
		return fmt.Errorf("the server answers %q", status)
	}
	length := -1
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(": "))
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.Atoi(string(value)); err != nil {
				return err
			}
		case bytes.EqualFold(name, []byte("Connection")) && strings.EqualFold(string(value), "close"):
			return fmt.Errorf("the server does not keep the connection")
		}
	}
	if length < 0 {
		return fmt.Errorf("the server's answer has no Content-Length")
	}
	_, err = r.Discard(length)
	return err
}
