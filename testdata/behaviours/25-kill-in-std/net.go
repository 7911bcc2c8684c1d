package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/rpc"
	"net/smtp"
	"net/textproto"
	"net/url"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"behaviours/internal/check"
)

const work = 2 * time.Millisecond

var users = []func() user{
	dial, dialTCP, silentTLS, silentSMTP, lookupHost, lookupTXT,
	slowDial, slowServer, slowTLS, http2, redirects, proxy,
	pipeline, calls, ioPipe, netPipe,
	run, output,
	execs, queries, transactions, statements, conns,
}

// fullBacklog is the address of a listener that does not answer, as a host that is down.
func fullBacklog() (addr *net.TCPAddr, stop func()) {
	s := check.Must1(syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0))
	check.Must(syscall.Bind(s, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	check.Must(syscall.Listen(s, 0))
	addr = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: check.Must1(syscall.Getsockname(s)).(*syscall.SockaddrInet4).Port}
	var keep []net.Conn
	for {
		c, err := net.DialTimeout("tcp", addr.String(), 300*time.Millisecond) // longer than a slow machine needs to connect
		if err != nil {
			break
		}
		keep = append(keep, c)
	}
	return addr, func() {
		syscall.Close(s)
		for _, c := range keep {
			c.Close()
		}
	}
}

func nothing() error { return nil }

func dial() user {
	addr, stop := fullBacklog()
	return user{"net.Dial", func() error {
		c, err := net.Dial("tcp", addr.String())
		if err == nil {
			c.Close()
		}
		return err
	}, nothing, stop, true}
}

func dialTCP() user {
	addr, stop := fullBacklog()
	return user{"net.DialTCP", func() error {
		c, err := net.DialTCP("tcp", nil, addr)
		if err == nil {
			c.Close()
		}
		return err
	}, nothing, stop, true}
}

// listen serves connections until it is stopped; then all are closed.
func listen(serve func(c net.Conn)) (addr string, stop func()) {
	l := check.Must1(net.Listen("tcp", "127.0.0.1:0"))
	open := map[net.Conn]bool{}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			open[c] = true // one thread at a time
			go func() {
				serve(c)
				c.Close()
				delete(open, c)
			}()
		}
	}()
	return l.Addr().String(), func() {
		l.Close()
		for c := range open {
			c.Close()
		}
	}
}

// silent reads and says nothing.
func silent(c net.Conn) { io.Copy(io.Discard, c) }

func silentTLS() user {
	addr, stop := listen(silent)
	return user{"tls.Dial", func() error {
		c, err := tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true})
		if err == nil {
			c.Close()
		}
		return err
	}, nothing, stop, true}
}

func silentSMTP() user {
	addr, stop := listen(silent)
	return user{"smtp.SendMail", func() error {
		return smtp.SendMail(addr, nil, "a@example.com", []string{"b@example.com"}, nil)
	}, nothing, stop, true}
}

// nameServer is a resolver whose server answers after a while that there is no such
// name. (What a lookup that was given up has asked is waited for by a goroutine of the
// resolver, as behind a context that was cancelled.)
func nameServer() (*net.Resolver, func()) {
	c := check.Must1(net.ListenPacket("udp", "127.0.0.1:0"))
	go func() {
		for {
			b := make([]byte, 512)
			n, from, err := c.ReadFrom(b)
			if err != nil {
				return
			}
			time.AfterFunc(work, func() {
				b[2] |= 1 << 7 // an answer
				b[3] |= 3      // NXDOMAIN
				c.WriteTo(b[:n], from)
			})
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", c.LocalAddr().String())
	}}, func() { c.Close() }
}

func lookup(name string, f func(*net.Resolver, context.Context, string) error) user {
	r, stop := nameServer()
	return user{name: "Resolver." + name, use: func() error {
		err := f(r, context.Background(), "example.invalid.")
		var dns *net.DNSError
		if errors.As(err, &dns) && dns.IsNotFound {
			return nil
		}
		return fmt.Errorf("not an answer: %w", err)
	}, fit: nothing, stop: stop}
}

func lookupHost() user {
	return lookup("LookupHost", func(r *net.Resolver, ctx context.Context, name string) error {
		_, err := r.LookupHost(ctx, name)
		return err
	})
}

func lookupTXT() user {
	return lookup("LookupTXT", func(r *net.Resolver, ctx context.Context, name string) error {
		_, err := r.LookupTXT(ctx, name)
		return err
	})
}

// get is a request that is to be answered with what it asks for.
func get(c *http.Client, base string) func() error {
	n := 0
	return func() error {
		n++
		want := fmt.Sprint(n)
		ctx := context.Background()
		rq := check.Must1(http.NewRequestWithContext(ctx, "GET", base+"/?"+want, nil))
		r, err := c.Do(rq)
		if err != nil {
			return err
		}
		defer r.Body.Close()
		got, err := io.ReadAll(r.Body)
		if err == nil && string(got) != want {
			err = fmt.Errorf("answer %q, want %q", got, want)
		}
		return err
	}
}

func answer(w http.ResponseWriter, r *http.Request) {
	time.Sleep(work)
	w.(http.Flusher).Flush()
	time.Sleep(work / 4)
	io.WriteString(w, r.URL.RawQuery)
}

func client(tr *http.Transport, base string, name string, stop func()) user {
	c := &http.Client{Transport: tr}
	return user{name: name, use: get(c, base), fit: nothing, stop: func() { tr.CloseIdleConnections(); stop() }}
}

func slowDial() user {
	s := httptest.NewServer(http.HandlerFunc(answer))
	tr := &http.Transport{MaxConnsPerHost: 2, DisableKeepAlives: true, DialContext: func(ctx context.Context, n, a string) (net.Conn, error) {
		time.Sleep(work) // a host that is far away
		return net.Dial(n, a)
	}}
	return client(tr, s.URL, "http.Client, dialling", s.Close)
}

func slowServer() user {
	s := httptest.NewServer(http.HandlerFunc(answer))
	return client(&http.Transport{MaxConnsPerHost: 2, MaxIdleConnsPerHost: 2}, s.URL, "http.Client", s.Close)
}

func slowTLS() user {
	s := httptest.NewTLSServer(http.HandlerFunc(answer))
	s.Config.ErrorLog = nobody
	tr := s.Client().Transport.(*http.Transport).Clone()
	tr.MaxConnsPerHost = 2
	return client(tr, s.URL, "http.Client, TLS", s.Close)
}

func http2() user {
	s := httptest.NewUnstartedServer(http.HandlerFunc(answer))
	s.EnableHTTP2 = true
	s.Config.ErrorLog = nobody
	s.StartTLS()
	return client(s.Client().Transport.(*http.Transport), s.URL, "http.Client, HTTP/2", s.Close)
}

// redirects answers with a redirect whose body is slow.
func redirects() user {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			w.Header().Set("Location", "/there?"+r.URL.RawQuery)
			w.WriteHeader(http.StatusFound)
			w.(http.Flusher).Flush()
			time.Sleep(work)
			io.WriteString(w, "there")
			return
		}
		io.WriteString(w, r.URL.RawQuery)
	}))
	return client(&http.Transport{MaxConnsPerHost: 2, MaxIdleConnsPerHost: 2}, s.URL, "http.Client, redirected", s.Close)
}

// proxy is a handler that copies another server's slow answer.
func proxy() user {
	s := httptest.NewServer(http.HandlerFunc(answer))
	p := httputil.NewSingleHostReverseProxy(check.Must1(url.Parse(s.URL)))
	p.ErrorLog = nobody
	tr := &http.Transport{MaxConnsPerHost: 2, MaxIdleConnsPerHost: 2}
	p.Transport = tr
	return user{name: "httputil.ReverseProxy", use: func() (err error) {
		defer func() {
			if v := recover(); v != nil {
				err = v.(error)
			}
		}()
		w := httptest.NewRecorder()
		p.ServeHTTP(w, httptest.NewRequest("GET", "/?proxied", nil))
		if w.Body.String() != "proxied" {
			err = fmt.Errorf("answer %d %q", w.Code, w.Body)
		}
		return err
	}, fit: nothing, stop: func() { tr.CloseIdleConnections(); s.Close() }}
}

// pipeline sends commands that fill the connection to a peer who does not read yet.
// A command behind that fails, at the worst: it does not wait for its turn for ever.
func pipeline() user {
	addr, stop := listen(func(c net.Conn) { time.Sleep(10 * work); silent(c) })
	long := strings.Repeat("x", 1<<20)
	return user{"textproto.Conn.Cmd", func() error {
		c, err := textproto.Dial("tcp", addr)
		if err != nil {
			return err
		}
		defer c.Close()
		defer c.Cmd("QUIT") // as smtp's Client does: must not hang
		for {
			if _, err := c.Cmd("%s", long); err != nil {
				return err
			}
		}
	}, nothing, stop, true}
}

func ioPipe() user {
	return piped("io.Pipe", func() (io.ReadCloser, io.WriteCloser) { return io.Pipe() })
}

func netPipe() user {
	return piped("net.Pipe", func() (io.ReadCloser, io.WriteCloser) { return net.Pipe() })
}

// piped is a reader or a writer whose peer ends when it has closed its end.
func piped(name string, pipe func() (io.ReadCloser, io.WriteCloser)) user {
	n := 0
	return user{name, func() error {
		r, w := pipe()
		read := func() {
			defer r.Close()
			for b := make([]byte, 1); ; {
				if _, err := r.Read(b); err != nil {
					return
				}
			}
		}
		write := func() {
			defer w.Close()
			for {
				if _, err := w.Write([]byte("x")); err != nil {
					return
				}
			}
		}
		if n++; n%2 == 0 {
			read, write = write, read
		}
		go read()
		write()
		return nil
	}, nothing, func() {}, true}
}

// Calls is a service.
type Calls struct{}

// Answer answers.
func (Calls) Answer(n int, answer *int) error {
	time.Sleep(work)
	*answer = n
	return nil
}

func calls() user {
	s := rpc.NewServer()
	check.Must(s.Register(Calls{}))
	addr, stop := listen(func(c net.Conn) { s.ServeConn(c) })
	c := check.Must1(rpc.Dial("tcp", addr))
	n := 0
	return user{name: "rpc.Client.Call", use: func() error {
		n++
		want, got := n, 0
		err := c.Call("Calls.Answer", want, &got)
		if err == nil && got != want {
			err = fmt.Errorf("answer %d, want %d", got, want)
		}
		return err
	}, fit: nothing, stop: func() { c.Close(); stop() }}
}

func run() user {
	return user{"exec.Cmd.Run", func() error { return exec.Command("sleep", "1000").Run() },
		func() error { return exec.Command("true").Run() }, func() {}, true}
}

// output leaves the pipe to a grandchild, which is still there when the child has died.
func output() user {
	return user{"exec.Cmd.Output", func() error {
		cmd := exec.Command("sh", "-c", "sleep 0.2 & exec sleep 1000")
		cmd.Stdin = endless{}
		_, err := cmd.Output()
		return err
	}, func() error {
		out, err := exec.Command("echo", "out").Output()
		if err == nil && string(out) != "out\n" {
			err = fmt.Errorf("output %q", out)
		}
		return err
	}, func() {}, true}
}

// endless is an input.
type endless struct{}

func (endless) Read(b []byte) (int, error) {
	time.Sleep(work)
	return 1, nil
}
