package green

import (
	"io"
	"reflect"
	"strings"
)

// Reader returns a reader that reads from r, and waits without the hub if it is
// the standard library that waits: for a connection, a file, a pipe or a body of
// net/http. Other readers, whose code may be patched and see to it themselves, it
// returns as they are; and all of them in a whole-program build and while the hub
// is off.
func Reader(r io.Reader) io.Reader {
	if !inSource || !enabled() || !waitsInStd(r) {
		return r
	}
	return reader{r}
}

// Writer returns a writer that writes to w likewise.
func Writer(w io.Writer) io.Writer {
	if !inSource || !enabled() || !waitsInStd(w) {
		return w
	}
	return writer{w}
}

type reader struct{ r io.Reader }

func (r reader) Read(p []byte) (int, error) { return Call12(r.r.Read, p) }

type writer struct{ w io.Writer }

func (w writer) Write(p []byte) (int, error) { return Call12(w.w.Write, p) }

// waitsInStd reports whether the type of a reader or writer is one of those of the
// standard library that wait.
func waitsInStd(v any) bool {
	if v == nil {
		return false
	}
	t := reflect.TypeOf(v)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch path := t.PkgPath(); path {
	case "net", "os", "os/exec", "crypto/tls", "net/http":
		return true
	case "io":
		return strings.HasPrefix(t.Name(), "Pipe")
	default:
		return strings.HasPrefix(path, "net/http/internal")
	}
}
