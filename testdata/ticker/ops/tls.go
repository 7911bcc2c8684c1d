package main

import (
	"crypto/tls"
	"net"
	"net/http/httptest"
	"time"
)

// The test server of net/http brings a certificate.
var tlsServer, tlsClient = func() (server, client *tls.Config) {
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	return s.TLS.Clone(), &tls.Config{InsecureSkipVerify: true}
}()

// slowly passes what comes from a to b, and what comes from b to a, the first of
// it after the pause.
func slowly(a, b net.Conn) {
	go func() {
		buf := make([]byte, 1<<16)
		for {
			n, err := a.Read(buf)
			if err != nil {
				return
			}
			b.Write(buf[:n])
		}
	}()
	time.Sleep(pause)
	buf := make([]byte, 1<<16)
	for {
		n, err := b.Read(buf)
		if err != nil {
			return
		}
		a.Write(buf[:n])
	}
}

func tlsPair(t *T) (client, server *tls.Conn) {
	a, b := pair(t, "tcp")
	client, server = tls.Client(a, tlsClient), tls.Server(b, tlsServer)
	done := make(chan error)
	go func() { done <- server.Handshake() }()
	must(client.Handshake())
	must(<-done)
	return client, server
}

var tlsOps = []op{
	{"crypto/tls.Conn.Handshake, client", func(t *T) {
		a, b := pair(t, "tcp")
		t.After(func() { tls.Server(b, tlsServer).Handshake() })
		t.Call(func() { must(tls.Client(a, tlsClient).Handshake()) })
	}},
	{"crypto/tls.Conn.Handshake, server", func(t *T) {
		a, b := pair(t, "tcp")
		t.After(func() { tls.Client(a, tlsClient).Handshake() })
		t.Call(func() { must(tls.Server(b, tlsServer).Handshake()) })
	}},
	{"crypto/tls.Dial", func(t *T) {
		l, _ := listen(t, "tcp")
		t.After(func() {
			if c, err := l.Accept(); err == nil {
				tls.Server(c, tlsServer).Handshake()
			}
		})
		t.Call(func() { must1(tls.Dial("tcp", l.Addr().String(), tlsClient)).Close() })
	}},
	{"crypto/tls.Dial, through a slow proxy", func(t *T) {
		l, dial := listen(t, "tcp")
		p, _ := listen(t, "tcp")
		go func() {
			c := must1(p.Accept())
			slowly(c, dial())
		}()
		go func() { tls.Server(must1(l.Accept()), tlsServer).Handshake() }()
		t.Call(func() { must1(tls.Dial("tcp", p.Addr().String(), tlsClient)).Close() })
	}},
	{"crypto/tls.Listen, Accept and Read", func(t *T) {
		l := must1(tls.Listen("tcp", "127.0.0.1:0", tlsServer))
		t.Defer(func() { l.Close() })
		t.After(func() {
			if c, err := tls.Dial("tcp", l.Addr().String(), tlsClient); err == nil {
				c.Write([]byte("x"))
			}
		})
		t.Call(func() { must1(must1(l.Accept()).Read(make([]byte, 1))) })
	}},
	{"crypto/tls.Conn.Read", func(t *T) {
		c, s := tlsPair(t)
		t.After(func() { s.Write([]byte("x")) })
		t.Call(func() { must1(c.Read(make([]byte, 1))) })
	}},
	{"crypto/tls.Conn.Write", func(t *T) {
		c, s := tlsPair(t)
		t.After(func() {
			buf := make([]byte, 1<<16)
			for {
				if _, err := s.Read(buf); err != nil {
					return
				}
			}
		})
		t.Call(func() { must1(c.Write(make([]byte, 8<<20))) })
	}},
	{"crypto/tls.Conn.SetReadDeadline", func(t *T) {
		c, _ := tlsPair(t)
		must(c.SetReadDeadline(time.Now().Add(pause)))
		t.Call(func() { c.Read(make([]byte, 1)) })
	}},
}
