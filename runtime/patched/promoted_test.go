//go:build !greenify

package patched

import (
	"bytes"
	"io"
	"os"
	"testing"
)

type (
	counted struct { // declares Write only
		io.ReadWriter
		n int
	}
	byValue struct{ io.ReadWriter } // declares Read
	deep    struct{ *counted }
	shallow struct {
		behind
		io.ReadWriter
	}
	behind         struct{ inner }
	inner          struct{ io.Reader }
	ofFile         struct{ *os.File }
	generic[T any] struct {
		io.ReadWriter
		x T
	}
	genericValue[T any]    struct{ io.ReadWriter }
	genericPromoted[T any] struct{ io.ReadWriter }
	embedsGeneric          struct{ *generic[string] }
)

func (c *counted) Write(p []byte) (int, error)       { c.n++; return c.ReadWriter.Write(p) }
func (c byValue) Read(p []byte) (int, error)         { return c.ReadWriter.Read(p) }
func (g *generic[T]) Read(p []byte) (int, error)     { _ = any(g.x); return g.ReadWriter.Read(p) }
func (g genericValue[T]) Read(p []byte) (int, error) { return g.ReadWriter.Read(p) }

// TestPromoted: a method that a type declares is patched code, whatever it embeds;
// one that it has from a connection waits in the standard library.
func TestPromoted(t *testing.T) {
	conn := io.ReadWriter(os.Stdin)
	for _, test := range []struct {
		v           any
		read, write bool // wait in the standard library
	}{
		{&counted{ReadWriter: conn}, true, false},
		{&counted{}, false, false},
		{(*counted)(nil), false, false},
		{nil, false, false},
		{byValue{conn}, false, true},
		{&byValue{conn}, false, true},
		{deep{&counted{ReadWriter: conn}}, true, false},
		{deep{}, false, false},
		{shallow{ReadWriter: conn}, true, true},
		{behind{inner{conn}}, true, false},
		{behind{inner{&bytes.Buffer{}}}, false, false},
		{ofFile{os.Stdin}, true, true},
		{&generic[int]{ReadWriter: conn}, false, true},
		{&generic[*int]{ReadWriter: conn}, false, true},
		{genericValue[int]{ReadWriter: conn}, false, true},
		{&genericValue[string]{ReadWriter: conn}, false, true},
		{&genericPromoted[int]{ReadWriter: conn}, true, true},
		{genericPromoted[*int]{ReadWriter: conn}, true, true},
		{embedsGeneric{&generic[string]{ReadWriter: conn}}, false, true},
		{struct {
			io.Reader
			io.Closer
		}{conn, nil}, true, false},
		{struct{ io.Reader }{&counted{ReadWriter: conn}}, true, false},
		{struct{ io.Writer }{&counted{ReadWriter: conn}}, false, false},
		{&bytes.Buffer{}, false, false},
	} {
		if got := promotesStd(test.v, "Read"); got != test.read {
			t.Errorf("%T: Read %t", test.v, got)
		}
		if got := promotesStd(test.v, "Write"); got != test.write {
			t.Errorf("%T: Write %t", test.v, got)
		}
	}
	var r io.Reader = &counted{ReadWriter: conn}
	if got := methodName(r.Read); got != "Read" {
		t.Errorf("the method is %q", got)
	}
	if got := methodName(genericPromoted[int]{ReadWriter: conn}.Write); got != "Write" {
		t.Errorf("the method is %q", got)
	}
}
