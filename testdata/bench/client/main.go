// Command client makes requests to a server, on so many connections at once, each kept, and prints
// how many a second are answered, and within what time 99 of 100 are, in the form of go test -bench:
//
//	client [-n CONNECTIONS] [-kind hello|json|tls|echo] ADDRESS DURATION
//
// It waits for a server that does not listen yet. It parses no more of an answer than it needs, so
// that the server is what limits the figure.
package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const patience = 10 * time.Second // for a server that starts, and for an answer

// A kind is one way to ask.
type kind struct {
	title  string
	tls    bool
	ask    string
	answer func(r *bufio.Reader) error
}

const path = " HTTP/1.1\r\nHost: server\r\n\r\n"

var kinds = map[string]kind{
	"hello": {"HTTP/hello", false, "GET /hello" + path, answer},
	"json":  {"HTTP/4 KiB of JSON", false, "GET /json" + path, answer},
	"tls":   {"HTTPS/hello", true, "GET /hello" + path, answer},
	"echo":  {"TCP/echo", false, strings.Repeat("x", 64), func(r *bufio.Reader) error { _, err := r.Discard(64); return err }},
}

func main() {
	n := flag.Int("n", 50, "connections")
	name := flag.String("kind", "hello", "what to ask for: hello, json, tls or echo")
	flag.Parse()
	k, ok := kinds[*name]
	if flag.NArg() != 2 || *n < 1 || !ok {
		fmt.Fprintf(os.Stderr, "usage: client [-n CONNECTIONS] [-kind %s] ADDRESS DURATION\n", strings.Join(slices.Sorted(maps.Keys(kinds)), "|"))
		os.Exit(2)
	}
	if err := run(k, *n, flag.Arg(0), flag.Arg(1)); err != nil {
		fmt.Fprintln(os.Stderr, "client:", err)
		os.Exit(1)
	}
}

func run(k kind, connections int, addr, duration string) error {
	d, err := time.ParseDuration(duration)
	if err != nil {
		return err
	}
	if _, _, err := load(k, connections, addr, d/4); err != nil { // warms it up
		return err
	}
	times, took, err := load(k, connections, addr, d)
	if err != nil {
		return err
	}
	slices.Sort(times)
	fmt.Printf("Benchmark%s/%d\t%d\t%.1f requests/s\t%d p99-ns\n", strings.ReplaceAll(k.title, " ", "_"), connections, len(times),
		float64(len(times))/took.Seconds(), times[len(times)*99/100].Nanoseconds())
	return nil
}

// load makes requests for a duration, once all connections are open, and returns what each answer took.
func load(k kind, connections int, addr string, d time.Duration) (times []time.Duration, took time.Duration, err error) {
	var (
		open, all sync.WaitGroup
		start     = make(chan time.Time)
		each      = make([][]time.Duration, connections)
		errs      = make([]error, connections)
	)
	open.Add(connections)
	for i := range connections {
		all.Go(func() {
			c, err := dial(k, addr)
			open.Done()
			begin := <-start
			if err == nil {
				defer c.Close()
				each[i], err = keep(k, c, begin.Add(d))
			}
			errs[i] = err
		})
	}
	open.Wait()
	begin := time.Now()
	for range connections {
		start <- begin
	}
	all.Wait()
	took = time.Since(begin)
	for i, err := range errs {
		if err != nil {
			return nil, 0, err
		}
		times = append(times, each[i]...)
	}
	if len(times) == 0 {
		return nil, 0, fmt.Errorf("nothing was answered within %v", d)
	}
	return times, took, nil
}

// dial waits for a server that does not listen yet.
func dial(k kind, addr string) (net.Conn, error) {
	c, err := net.Dial("tcp", addr)
	for begin := time.Now(); errors.Is(err, syscall.ECONNREFUSED) && time.Since(begin) < patience; {
		time.Sleep(10 * time.Millisecond)
		c, err = net.Dial("tcp", addr)
	}
	if err != nil || !k.tls {
		return c, err
	}
	secure := tls.Client(c, &tls.Config{InsecureSkipVerify: true}) // the certificate is nobody's
	return secure, secure.Handshake()
}

// keep makes one request after another on one connection until the time is over, one at least.
func keep(k kind, c net.Conn, end time.Time) (times []time.Duration, err error) {
	if err := c.SetDeadline(end.Add(patience)); err != nil {
		return nil, err
	}
	r := bufio.NewReader(c)
	for begin := time.Now(); len(times) == 0 || begin.Before(end); {
		if _, err := io.WriteString(c, k.ask); err != nil {
			return nil, err
		}
		if err := k.answer(r); err != nil {
			return nil, err
		}
		now := time.Now()
		times = append(times, now.Sub(begin))
		begin = now
	}
	return times, nil
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
