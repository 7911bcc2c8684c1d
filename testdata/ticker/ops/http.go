package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

func slowHandler(w http.ResponseWriter, r *http.Request) {
	time.Sleep(pause)
	io.WriteString(w, "hello")
}

// slowBody sends a first part, and the rest after the pause.
func slowBody(w http.ResponseWriter, r *http.Request) {
	io.WriteString(w, "data: 1\n\n")
	w.(http.Flusher).Flush()
	time.Sleep(pause)
	io.WriteString(w, "data: 2\n\n")
}

// web starts a server: HTTP/1.1, or HTTP/2 over TLS.
func web(t *T, h http.HandlerFunc, http2 bool) *httptest.Server {
	s := httptest.NewUnstartedServer(h)
	if http2 {
		s.EnableHTTP2 = true
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Defer(func() { s.CloseClientConnections(); s.Close() })
	return s
}

// all reads a response and checks the protocol.
func all(r *http.Response, err error) {
	must(err)
	defer r.Body.Close()
	must1(io.ReadAll(r.Body))
}

// slowReader has one byte, after the pause.
type slowReader struct{ done bool }

func (r *slowReader) Read(p []byte) (int, error) {
	if r.done {
		return 0, io.EOF
	}
	r.done = true
	time.Sleep(pause)
	return copy(p, "x"), nil
}

// versions makes an operation for each version of the protocol.
func versions(name string, h http.HandlerFunc, f func(t *T, s *httptest.Server)) []op {
	return []op{
		{name, func(t *T) { f(t, web(t, h, false)) }},
		{name + ", HTTP/2", func(t *T) {
			s := web(t, h, true)
			r := must1(s.Client().Head(s.URL + "/ping"))
			if r.ProtoMajor != 2 {
				panic(r.Proto)
			}
			f(t, s)
		}},
	}
}

// unlessPing is h but for the request by which versions looks at the protocol.
func unlessPing(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != "HEAD" {
			h(w, r)
		}
	}
}

func join(lists ...[]op) []op {
	var all []op
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

var httpOps = join(
	versions("net/http.Client.Get", unlessPing(slowHandler), func(t *T, s *httptest.Server) {
		t.Call(func() { all(s.Client().Get(s.URL)) })
	}),
	versions("net/http.Client.Do", unlessPing(slowHandler), func(t *T, s *httptest.Server) {
		req := must1(http.NewRequest("PUT", s.URL, bytes.NewReader([]byte("hello"))))
		t.Call(func() { all(s.Client().Do(req)) })
	}),
	versions("net/http.Client.Post, slow request body", unlessPing(func(w http.ResponseWriter, r *http.Request) { io.Copy(w, r.Body) }), func(t *T, s *httptest.Server) {
		t.Call(func() { all(s.Client().Post(s.URL, "text/plain", new(slowReader))) })
	}),
	versions("net/http.Response.Body, slow", unlessPing(slowBody), func(t *T, s *httptest.Server) {
		r := must1(s.Client().Get(s.URL))
		t.Call(func() { must1(io.ReadAll(r.Body)) })
		r.Body.Close()
	}),
	versions("net/http, server-sent events", unlessPing(slowBody), func(t *T, s *httptest.Server) {
		r := must1(s.Client().Get(s.URL))
		defer r.Body.Close()
		lines := bufio.NewScanner(r.Body)
		t.Call(func() {
			for lines.Scan() {
			}
		})
	}),
	versions("net/http.Client.Timeout", unlessPing(func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }), func(t *T, s *httptest.Server) {
		c := *s.Client()
		c.Timeout = pause
		t.Call(func() { c.Get(s.URL) })
	}),
	versions("net/http, request cancelled", unlessPing(func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }), func(t *T, s *httptest.Server) {
		ctx, cancel := context.WithTimeout(context.Background(), pause)
		defer cancel()
		req := must1(http.NewRequestWithContext(ctx, "GET", s.URL, nil))
		t.Call(func() { s.Client().Do(req) })
	}),
	versions("net/http, 20 requests at once", unlessPing(slowHandler), func(t *T, s *httptest.Server) {
		done := make(chan bool)
		t.Call(func() {
			for range 20 {
				go func() { all(s.Client().Get(s.URL)); done <- true }()
			}
			for range 20 {
				<-done
			}
		})
	}),
	[]op{
		{"net/http.Request.Body in a handler", func(t *T) {
			done := make(chan bool)
			s := web(t, func(w http.ResponseWriter, r *http.Request) {
				t.Call(func() { io.ReadAll(r.Body) })
				close(done)
			}, false)
			go s.Client().Post(s.URL, "text/plain", new(slowReader))
			<-done
		}},
		{"net/http.ResponseWriter.Write, slow client", func(t *T) {
			done := make(chan bool)
			s := web(t, func(w http.ResponseWriter, r *http.Request) {
				t.Call(func() { w.Write(make([]byte, 16<<20)) })
				close(done)
			}, false)
			r := must1(s.Client().Get(s.URL))
			time.Sleep(pause)
			must1(io.Copy(io.Discard, r.Body))
			<-done
		}},
		{"net/http.Hijacker", func(t *T) {
			done := make(chan bool)
			s := web(t, func(w http.ResponseWriter, r *http.Request) {
				c, rw, err := w.(http.Hijacker).Hijack()
				must(err)
				defer c.Close()
				t.Call(func() { rw.ReadByte() })
				close(done)
			}, false)
			c := must1(tcpTo(s.URL))
			fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
			time.Sleep(pause)
			c.Write([]byte("x"))
			<-done
			c.Close()
		}},
		{"net/http.Server.Shutdown", func(t *T) {
			started := make(chan bool)
			s := web(t, func(w http.ResponseWriter, r *http.Request) { close(started); slowHandler(w, r) }, false)
			go s.Client().Get(s.URL)
			<-started
			t.Call(func() { must(s.Config.Shutdown(context.Background())) })
		}},
		{"net/http.Server.Serve until Close", func(t *T) {
			l, _ := listen(t, "tcp")
			s := &http.Server{}
			t.After(func() { s.Close() })
			t.Call(func() { s.Serve(l) })
		}},
		{"net/http.Server.ListenAndServe until Close", func(t *T) {
			s := &http.Server{Addr: "127.0.0.1:0"}
			t.After(func() { s.Close() })
			t.Call(func() { s.ListenAndServe() })
		}},
		{"net/http.TimeoutHandler", func(t *T) {
			h := http.TimeoutHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }), pause, "")
			s := web(t, h.ServeHTTP, false)
			t.Call(func() { all(s.Client().Get(s.URL)) })
		}},
		{"net/http.ReadResponse", func(t *T) {
			r := bufio.NewReader(feed(t, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
			t.Call(func() { must1(http.ReadResponse(r, nil)) })
		}},
		{"net/http.ReadRequest", func(t *T) {
			r := bufio.NewReader(feed(t, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"))
			t.Call(func() { must1(http.ReadRequest(r)) })
		}},
		{"net/http/httputil.ReverseProxy", func(t *T) {
			s := web(t, slowHandler, false)
			p := web(t, httputil.NewSingleHostReverseProxy(must1(url.Parse(s.URL))).ServeHTTP, false)
			t.Call(func() { all(p.Client().Get(p.URL)) })
		}},
		{"net/http/httptest.Server.Close", func(t *T) {
			started := make(chan bool)
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { close(started); slowHandler(w, r) }))
			go s.Client().Get(s.URL)
			<-started
			t.Call(func() { s.Close() })
		}},
		{"net/http.ServeContent to a slow client", func(t *T) {
			name, done := filepath.Join(scratch(t), "huge"), make(chan bool)
			must(os.WriteFile(name, nil, 0o600))
			must(os.Truncate(name, 64<<20))
			s := web(t, func(w http.ResponseWriter, r *http.Request) {
				t.Call(func() { http.ServeFile(w, r, name) })
				close(done)
			}, false)
			r := must1(s.Client().Get(s.URL))
			time.Sleep(pause)
			must1(io.Copy(io.Discard, r.Body))
			<-done
		}},
	},
)
