//go:build !greenify

package green

import (
	"bytes"
	"io"
	"net"
	"os"
	"testing"
)

type (
	counted struct { // declares Write only
		net.Conn
		n int
	}
	byValue struct{ net.Conn } // declares Read
	deep    struct{ *counted }
	shallow struct {
		behind
		net.Conn
	}
	behind         struct{ inner }
	inner          struct{ io.Reader }
	ofFile         struct{ *os.File }
	ofTCP          struct{ *net.TCPConn }
	generic[T any] struct {
		net.Conn
		x T
	}
	genericValue[T any]    struct{ net.Conn }
	genericPromoted[T any] struct{ net.Conn }
	embedsGeneric          struct{ *generic[string] }
)

func (c *counted) Write(p []byte) (int, error)       { c.n++; return c.Conn.Write(p) }
func (c byValue) Read(p []byte) (int, error)         { return c.Conn.Read(p) }
func (g *generic[T]) Read(p []byte) (int, error)     { _ = any(g.x); return g.Conn.Read(p) }
func (g genericValue[T]) Read(p []byte) (int, error) { return g.Conn.Read(p) }

// TestPromoted: a method that a type declares is patched code, whatever it embeds;
// one that it has from a connection waits in the standard library.
func TestPromoted(t *testing.T) {
	conn := net.Conn(&net.TCPConn{})
	for _, test := range []struct {
		v           any
		read, write bool // wait in the standard library
	}{
		{&counted{Conn: conn}, true, false},
		{&counted{}, false, false},
		{(*counted)(nil), false, false},
		{nil, false, false},
		{byValue{conn}, false, true},
		{&byValue{conn}, false, true},
		{deep{&counted{Conn: conn}}, true, false},
		{deep{}, false, false},
		{shallow{Conn: conn}, true, true},
		{behind{inner{conn}}, true, false},
		{behind{inner{&bytes.Buffer{}}}, false, false},
		{ofFile{os.Stdin}, true, true},
		{&ofTCP{&net.TCPConn{}}, true, true},
		{&generic[int]{Conn: conn}, false, true},
		{&generic[*int]{Conn: conn}, false, true},
		{genericValue[int]{Conn: conn}, false, true},
		{&genericValue[string]{Conn: conn}, false, true},
		{&genericPromoted[int]{Conn: conn}, true, true},
		{genericPromoted[*int]{Conn: conn}, true, true},
		{embedsGeneric{&generic[string]{Conn: conn}}, false, true},
		{struct {
			io.Reader
			io.Closer
		}{conn, nil}, true, false},
		{struct{ io.Reader }{&counted{Conn: conn}}, true, false},
		{struct{ io.Writer }{&counted{Conn: conn}}, false, false},
		{&bytes.Buffer{}, false, false},
	} {
		if got := promotesStd(test.v, "Read"); got != test.read {
			t.Errorf("%T: Read %t", test.v, got)
		}
		if got := promotesStd(test.v, "Write"); got != test.write {
			t.Errorf("%T: Write %t", test.v, got)
		}
	}
	var r io.Reader = &counted{Conn: conn}
	if got := methodName(r.Read); got != "Read" {
		t.Errorf("the method is %q", got)
	}
	if got := methodName(genericPromoted[int]{Conn: conn}.Write); got != "Write" {
		t.Errorf("the method is %q", got)
	}
}
