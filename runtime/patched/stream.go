package patched

import (
	"io"
	"reflect"
	"strings"

	green "github.com/greenify-go/greenify/runtime"
	"github.com/greenify-go/greenify/runtime/internal/baton"
	"github.com/greenify-go/greenify/runtime/streams"
)

// Reader returns a reader that reads from r, and waits without the hub if it is
// the standard library that waits: for a connection, a file, a pipe or a body of
// net/http. Other readers, whose code may be patched and see to it themselves, it
// returns as they are; and all of them in a whole-program build and while the hub
// is off.
func Reader(r io.Reader) io.Reader {
	if !baton.InSource || !green.Enabled() || !waitsInStd(r) && !promotesStd(r, "Read") {
		return r
	}
	return reader{r}
}

// Writer returns a writer that writes to w, as Reader does for a reader.
func Writer(w io.Writer) io.Writer {
	if !baton.InSource || !green.Enabled() || !waitsInStd(w) && !promotesStd(w, "Write") {
		return w
	}
	return writer{w}
}

type reader struct{ r io.Reader }

func (r reader) Read(p []byte) (int, error) { return Call12(r.r.Read, p) }

type writer struct{ w io.Writer }

func (w writer) Write(p []byte) (int, error) { return Call12(w.w.Write, p) }

// EnterReader returns a reader for code that is not patched, which may read from
// it in a goroutine of its own: the reads of patched code run in the hub. Readers
// of the standard library that never call patched code it returns as they are, and
// all of them in a whole-program build. What has a method Close still has it.
func EnterReader(r io.Reader) io.Reader {
	if !baton.InSource || r == nil || waitsInStd(r) || inMemory(r) {
		return r
	}
	if c, ok := r.(io.Closer); ok {
		return enterReadCloser{enterReader{r}, c}
	}
	return enterReader{r}
}

// EnterWriter returns a writer, as EnterReader does for a reader.
func EnterWriter(w io.Writer) io.Writer {
	if !baton.InSource || w == nil || waitsInStd(w) || inMemory(w) {
		return w
	}
	if c, ok := w.(io.Closer); ok {
		return enterWriteCloser{enterWriter{w}, c}
	}
	return enterWriter{w}
}

type (
	enterReader     struct{ r io.Reader }
	enterWriter     struct{ w io.Writer } // of equal writers equal ones are made (os/exec.Cmd.Stdout)
	enterReadCloser struct {
		enterReader
		c io.Closer
	}
	enterWriteCloser struct {
		enterWriter
		c io.Closer
	}
)

func (r enterReader) Read(p []byte) (int, error) {
	if t := baton.Callback(); t != nil {
		defer t.End()
	}
	return Reader(r.r).Read(p)
}

func (w enterWriter) Write(p []byte) (int, error) {
	if t := baton.Callback(); t != nil {
		defer t.End()
	}
	return Writer(w.w).Write(p)
}

func (r enterReadCloser) Close() error  { return enterClose(r.c) }
func (w enterWriteCloser) Close() error { return enterClose(w.c) }

func enterClose(c io.Closer) error {
	if t := baton.Callback(); t != nil {
		defer t.End()
	}
	return c.Close()
}

// inMemory reports whether the type of a reader or writer is one of those of the
// standard library that read and write memory and call nobody.
func inMemory(v any) bool {
	path, _ := declaredIn(v)
	return streams.Memory(path)
}

// FromStd reports whether v, an http.Handler, is one of the standard library and no
// function: its method is not patched.
func FromStd(v any) bool {
	path, _ := declaredIn(v)
	return v != nil && isHandler(path, reflect.TypeOf(v).Kind() == reflect.Func)
}

// waitsInStd reports whether the type of v, such as a reader or writer, is one of
// those of the standard library that wait.
func waitsInStd(v any) bool { return v != nil && typeWaits(reflect.TypeOf(v)) }

func typeWaits(t reflect.Type) bool {
	path, name := declared(t)
	return stdWaits(path, name, t.Kind() == reflect.Func)
}

// stdWaits reports whether a type is one of those that wait. function says that it is a
// function type: http.HandlerFunc is anybody's.
func stdWaits(pkg, name string, function bool) bool {
	switch pkg {
	case "net", "os", "os/exec", "crypto/tls":
		return true
	case "net/http":
		return !function
	case "io":
		return strings.HasPrefix(name, "Pipe")
	}
	return strings.HasPrefix(pkg, "net/http/internal")
}

// isHandler reports whether a type of the standard library that is an http.Handler is no
// function, whose code may be anybody's.
func isHandler(pkg string, function bool) bool {
	return (strings.HasPrefix(pkg, "net/") || pkg == "expvar") && !function
}

// declaredIn returns the package and the name of the type of v, or of what v
// points to.
func declaredIn(v any) (path, name string) {
	if v == nil {
		return "", ""
	}
	return declared(reflect.TypeOf(v))
}

func declared(t reflect.Type) (path, name string) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.PkgPath(), t.Name()
}
