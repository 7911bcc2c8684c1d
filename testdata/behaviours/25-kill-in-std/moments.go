package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/rpc"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"behaviours/internal/check"

	green "github.com/greenify-go/greenify/runtime"
)

// Moments are kills that are arranged: a thread is killed while it waits in a function of
// std, when something would be lost. Random kills meet some of them hardly ever.
var moments = []struct {
	name string
	kill func()
}{
	{"rpc.DialHTTP", killDialHTTP},
	{"multipart.Reader.ReadForm", killReadForm},
	{"ListenConfig.Listen", func() {
		killControl("Listen", func(c *net.ListenConfig) (io.Closer, error) {
			return c.Listen(context.Background(), "tcp", "127.0.0.1:0")
		})
	}},
	{"ListenConfig.ListenPacket", func() {
		killControl("ListenPacket", func(c *net.ListenConfig) (io.Closer, error) {
			return c.ListenPacket(context.Background(), "udp", "127.0.0.1:0")
		})
	}},
	{"the end of a body", killBodyEnd},
	{"Transport.NewClientConn", killNewClientConn},
	{"ClientConn.RoundTrip", killClientConn},
	{"HTTP/2, a stream", killStream},
	{"HTTP/2, closing a body", killBodyClose},
	{"HTTP/2, the pool", killPool},
	{"io.Pipe", func() { killPipe("io.(*pipe)", func() (r io.ReadCloser, w io.WriteCloser) { return io.Pipe() }) }},
	{"pprof.StopCPUProfile", killStopCPUProfile},
	{"trace.Stop", killStopTrace},
	{"net/http/pprof", killPprof},
	{"net.Pipe", func() { killPipe("net.(*pipe)", func() (r io.ReadCloser, w io.WriteCloser) { return net.Pipe() }) }},
}

// killMoments demands that nothing is left behind each of the moments. Meanwhile there is
// no collection, which would close a connection that was lost.
func killMoments(only string) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	for _, m := range moments {
		if only != "" && only != m.name {
			continue
		}
		was := left()
		m.kill()
		settled(m.name, was)
	}
}

// waits reports whether a goroutine waits for a reason in a function. Names in HTTP/2 are
// given by their ends: it has become a package of its own in Go 1.27.
func waits(reason, function string) bool {
	buf := make([]byte, 1<<20)
	for stack := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		head, frames, _ := strings.Cut(stack, "\n")
		if strings.Contains(head, " ["+reason) && strings.Contains(frames, function+"(") {
			return true
		}
	}
	return false
}

// killedIn kills a thread that runs f while it waits for a reason in a function.
// Behind that others go on.
func killedIn(reason, function string, f func(), others ...func()) {
	t := green.Spawn(func() (int, error) { f(); return 0, nil })
	check.Until(reason+" in "+function, func() bool { return waits(reason, function) })
	check.Must(t.Kill())
	for _, f := range others {
		f()
	}
	check.Within("the end of the thread in "+function, t.Done())
	_, err := t.Wait()
	check.That(errors.Is(err, green.ErrKilled), "killed in %s: %v", function, err)
}

// ends demands that f does not hang.
func ends(what string, f func()) {
	done := make(chan bool)
	go func() { f(); close(done) }()
	check.Within(what, done)
}

// killDialHTTP kills who waits for the answer, for the connection and for the address of
// the name: the latter two in shields of their own, inside that of DialHTTPPath, which is
// not told why they fail.
func killDialHTTP() {
	addr, stop := listen(silent)
	defer stop()
	killedIn("IO wait", "net/http.ReadResponse", func() { rpc.DialHTTP("tcp", addr) })
	full, free := fullBacklog()
	defer free()
	killedIn("IO wait", "net.(*netFD).connect", func() { rpc.DialHTTP("tcp", full.String()) })
	names, end := nameServer()
	defer end()
	defer func(was *net.Resolver) { net.DefaultResolver = was }(net.DefaultResolver)
	net.DefaultResolver = names
	killedIn("select", "net.(*Resolver).lookupIPAddr", func() { rpc.DialHTTP("tcp", "nosuch.example:80") })
}

// killReadForm kills who has read a form's file in part, to a temporary one.
func killReadForm() {
	dir := check.Must1(os.MkdirTemp("", "form"))
	defer os.RemoveAll(dir)
	defer os.Setenv("TMPDIR", os.Getenv("TMPDIR"))
	os.Setenv("TMPDIR", dir)
	more, rest := net.Pipe()
	defer more.Close()
	defer rest.Close()
	begin := "--x\r\nContent-Disposition: form-data; name=f; filename=f\r\n\r\n" + strings.Repeat("f", 1<<20)
	form := multipart.NewReader(io.MultiReader(strings.NewReader(begin), more), "x")
	killedIn("select", "mime/multipart.(*Reader).readForm", func() { form.ReadForm(0) },
		func() { check.Equal("temporary files before", len(check.Must1(os.ReadDir(dir))), 1) })
	check.Equal("temporary files behind", len(check.Must1(os.ReadDir(dir))), 0)
}

// killControl kills who waits for a descriptor in the program's Control.
func killControl(method string, listen func(*net.ListenConfig) (io.Closer, error)) {
	r, w := check.Pipe()
	defer r.Close()
	defer w.Close()
	c := net.ListenConfig{Control: func(string, string, syscall.RawConn) error {
		_, err := r.Read(make([]byte, 1))
		return err
	}}
	killedIn("IO wait", "net.(*ListenConfig)."+method, func() { listen(&c) })
}

// killBodyEnd kills who has read a body and waits for the connection's reader, which puts
// the connection back into its pool, and then tells that one before it reads on.
func killBodyEnd() {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "body") }))
	defer s.Close()
	tr := &http.Transport{MaxConnsPerHost: 1}
	defer tr.CloseIdleConnections()
	ask := func() *http.Response {
		return check.Must1(tr.RoundTrip(check.Must1(http.NewRequest("GET", s.URL, nil))))
	}
	r := ask()
	defer r.Body.Close()
	t := green.Spawn(func() (int, error) { io.ReadAll(r.Body); return 0, nil })
	green.Yield() // the connection's reader is ready then, and behind this thread
	met := waits("chan receive", "net/http.(*bodyEOFSignal).condfn")
	check.Must(t.Kill())
	check.That(met, "who reads the end of a body waits")
	check.Within("the end of who reads it", t.Done())
	ends("a request behind", func() { ask().Body.Close() })
}

func killNewClientConn() {
	addr, stop := listen(silent)
	defer stop()
	killedIn("chan receive", "net/http.(*persistConn).addTLS", func() {
		new(http.Transport).NewClientConn(context.Background(), "https", addr)
	})
}

// killClientConn kills who waits for an answer: the connection is of no more use, and
// says so.
func killClientConn() {
	answer := make(chan bool)
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-answer }))
	defer s.Close()
	defer close(answer)
	c := check.Must1(new(http.Transport).NewClientConn(context.Background(), "http", s.Listener.Addr().String()))
	defer c.Close()
	ask := func() (*http.Response, error) { return c.RoundTrip(check.Must1(http.NewRequest("GET", s.URL, nil))) }
	killedIn("select", "net/http.(*persistConn).roundTrip", func() { ask() })
	check.Until("the connection is given up", func() bool { return c.Err() != nil })
	ends("a request behind", func() { ask() })
}

// killStream kills who waits for an answer: the server hears of it, and the connection
// is fit for the next request.
func killStream() {
	h := newHTTP2()
	defer h.stop()
	h.ask("/").Body.Close()
	killedIn("select", "ClientConn).roundTrip", func() { h.ask("/silent") })
	check.Within("the server is told that nobody waits", h.gone)
	check.That(h.reuses("/"), "the connection is used again")
}

// killBodyClose kills who waits for the connection when a body is closed, with the lock
// of the writers.
func killBodyClose() {
	h := newHTTP2()
	defer h.stop()
	r := h.ask("/endless")
	check.Must1(io.ReadFull(r.Body, make([]byte, 1))) // the rest has come with it
	h.full.Store(true)
	killedIn("IO wait", "ransportResponseBody.Close", func() { r.Body.Close() })
	h.full.Store(false)
	ends("a request behind", func() { h.tr.RoundTrip(h.request("/")) }) // the connection is broken
	h.ask("/").Body.Close()
}

// killPool kills who is called to hear of a connection: under the pool's lock, and when a
// stream is reserved.
func killPool() {
	hear := make(chan bool)
	r, w := check.Pipe()
	defer r.Close()
	defer w.Close()
	for _, hook := range []struct {
		wait  string
		trace httptrace.ClientTrace
	}{
		{"chan receive", httptrace.ClientTrace{GetConn: func(string) { <-hear }}},
		{"IO wait", httptrace.ClientTrace{GetConn: func(string) { r.Read(make([]byte, 1)) }}},
		{"chan receive", httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { <-hear }}},
	} {
		h := newHTTP2()
		h.ask("/").Body.Close()
		killedIn(hook.wait, "Transport).RoundTripOpt", func() {
			h.tr.RoundTrip(h.request("/").WithContext(httptrace.WithClientTrace(context.Background(), &hook.trace)))
		}, func() {
			if hook.trace.GetConn != nil && hook.wait == "chan receive" {
				hear <- true
			}
		})
		ends("a request behind", func() { check.That(h.reuses("/"), "the connection is used again") })
		h.stop()
	}
}

// An http2Pair is a server and a client of HTTP/2. The server begins its answers with 8 kB,
// but not to /silent, and ends them when the client gives up, which it tells, but on /.
type http2Pair struct {
	*httptest.Server
	tr         *http.Transport
	gone       chan bool
	full       atomic.Bool // the client's connection takes nothing more in a body's Close
	never, end *os.File    // the pipe that is waited for then
	open       atomic.Int32
}

func newHTTP2() *http2Pair {
	h := &http2Pair{gone: make(chan bool, 1)}
	h.never, h.end = check.Pipe()
	h.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/silent" {
			w.Write(make([]byte, 8<<10))
			w.(http.Flusher).Flush()
		}
		if r.URL.Path != "/" {
			<-r.Context().Done()
			h.gone <- true
		}
	}))
	h.Config.ErrorLog = nobody
	h.EnableHTTP2 = true
	h.StartTLS()
	h.tr = h.Client().Transport.(*http.Transport)
	h.tr.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		h.open.Add(1)
		return &http2Conn{Conn: c, h: h}, nil
	}
	return h
}

// stop demands that no connection counts a request that is none.
func (h *http2Pair) stop() {
	check.Until("all connections are idle, and closed", func() bool {
		h.tr.CloseIdleConnections()
		return h.open.Load() == 0
	})
	h.Close()
	h.never.Close()
	h.end.Close()
}

func (h *http2Pair) request(path string) *http.Request {
	return check.Must1(http.NewRequest("GET", h.URL+path, nil))
}

func (h *http2Pair) ask(path string) *http.Response {
	return check.Must1(h.tr.RoundTrip(h.request(path)))
}

// reuses makes a request and reports whether it is made on a connection that was there.
func (h *http2Pair) reuses(path string) (reused bool) {
	trace := &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) { reused = i.Reused }}
	r := check.Must1(h.tr.RoundTrip(h.request(path).WithContext(httptrace.WithClientTrace(context.Background(), trace))))
	r.Body.Close()
	return reused
}

type http2Conn struct {
	net.Conn
	h      *http2Pair
	closed sync.Once
}

func (c *http2Conn) Close() error {
	c.closed.Do(func() { c.h.open.Add(-1) })
	return c.Conn.Close()
}

func (c *http2Conn) Write(b []byte) (int, error) {
	if stack := make([]byte, 1<<12); c.h.full.Load() && bytes.Contains(stack[:runtime.Stack(stack, false)], []byte("ResponseBody.Close(")) {
		if _, err := c.h.never.Read(b); err != nil {
			return 0, err
		}
	}
	return c.Conn.Write(b)
}

// killPipe kills who has begun to read from, or to write to, somebody who waits for that:
// the other one ends.
func killPipe(pipe string, open func() (io.ReadCloser, io.WriteCloser)) {
	for _, side := range []struct {
		name, reason, in, other string
	}{
		{"reader", "chan send", ".read", ".write"},
		{"writer", "chan receive", ".write", ".read"},
	} {
		r, w := open()
		read := func() { r.Read(make([]byte, 1)) }
		write := func() { w.Write([]byte("x")) }
		one, other := read, write
		if side.name == "writer" {
			one, other = write, read
		}
		end := make(chan bool)
		go func() { other(); close(end) }()
		check.Until("the other one waits", func() bool { return waits("select", pipe+side.other) })
		t := green.Spawn(func() (int, error) { one(); return 0, nil })
		green.Yield() // the other one is ready then, and behind this thread
		met := waits(side.reason, pipe+side.in)
		check.Must(t.Kill())
		check.That(met, "the %s of %s has begun", side.name, pipe)
		check.Within("the end of the "+side.name, t.Done())
		check.Within("the end of its peer", end)
		r.Close()
		w.Close()
	}
}
