package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/csv"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"text/template"
	"time"
)

func pipe(t *T) (r, w *os.File) {
	r, w, err := os.Pipe()
	must(err)
	t.Defer(func() { r.Close(); w.Close() })
	return r, w
}

// feed returns a pipe into which data comes after the pause, and the end.
func feed(t *T, data string) *os.File {
	r, w := pipe(t)
	t.After(func() { io.WriteString(w, data); w.Close() })
	return r
}

// full returns a full pipe, which is emptied after the pause.
func full(t *T) *os.File {
	r, w := pipe(t)
	must(w.SetWriteDeadline(time.Now().Add(pause / 10)))
	for {
		if _, err := w.Write(make([]byte, 4096)); err != nil {
			break
		}
	}
	must(w.SetWriteDeadline(time.Time{}))
	t.After(func() { io.Copy(io.Discard, r) })
	return w
}

// reading is an operation that reads text from a slow pipe.
func reading(name, text string, f func(r io.Reader) error) op {
	return op{name, func(t *T) {
		r := feed(t, text)
		t.Call(func() { must(f(r)) })
	}}
}

// writing is an operation that writes to a full pipe.
func writing(name string, f func(w io.Writer) error) op {
	return op{name, func(t *T) {
		w := full(t)
		t.Call(func() { must(f(w)) })
	}}
}

func fifo(t *T) string {
	name := filepath.Join(scratch(t), "fifo")
	must(syscall.Mkfifo(name, 0o600))
	return name
}

// stdin makes r the program's standard input, in blocking mode, for a while.
func stdin(t *T, r *os.File) {
	old := must1(syscall.Dup(0))
	must(syscall.Dup3(int(r.Fd()), 0, 0))
	t.Defer(func() { syscall.Dup3(old, 0, 0); syscall.Close(old) })
}

var gzipped = func() string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, "hello\n")
	w.Close()
	return b.String()
}()

var gobbed = func() string {
	var b bytes.Buffer
	gob.NewEncoder(&b).Encode(42)
	return b.String()
}()

var osOps = []op{
	reading("os.File.Read", "x", func(r io.Reader) error { _, err := r.Read(make([]byte, 1)); return err }),
	reading("io.ReadAll", "hello", func(r io.Reader) error { _, err := io.ReadAll(r); return err }),
	reading("io.ReadFull", "hello", func(r io.Reader) error { _, err := io.ReadFull(r, make([]byte, 5)); return err }),
	reading("io.ReadAtLeast", "hello", func(r io.Reader) error { _, err := io.ReadAtLeast(r, make([]byte, 5), 2); return err }),
	reading("io.Copy", "hello", func(r io.Reader) error { _, err := io.Copy(new(bytes.Buffer), r); return err }),
	reading("io.CopyN", "hello", func(r io.Reader) error { _, err := io.CopyN(io.Discard, r, 5); return err }),
	reading("io.CopyBuffer", "hello", func(r io.Reader) error {
		_, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{r}, make([]byte, 2))
		return err
	}),
	reading("io.LimitReader", "hello", func(r io.Reader) error { _, err := io.ReadAll(io.LimitReader(r, 3)); return err }),
	reading("io.MultiReader", "hello", func(r io.Reader) error { _, err := io.ReadAll(io.MultiReader(r, r)); return err }),
	reading("io.TeeReader", "hello", func(r io.Reader) error { _, err := io.ReadAll(io.TeeReader(r, io.Discard)); return err }),
	reading("bufio.Scanner.Scan", "hello\n", func(r io.Reader) error { s := bufio.NewScanner(r); s.Scan(); return s.Err() }),
	reading("bufio.Reader.ReadString", "hello\n", func(r io.Reader) error { _, err := bufio.NewReader(r).ReadString('\n'); return err }),
	reading("bufio.Reader.ReadLine", "hello\n", func(r io.Reader) error { _, _, err := bufio.NewReader(r).ReadLine(); return err }),
	reading("bufio.Reader.ReadByte", "hello\n", func(r io.Reader) error { _, err := bufio.NewReader(r).ReadByte(); return err }),
	reading("bufio.Reader.ReadRune", "hello\n", func(r io.Reader) error { _, _, err := bufio.NewReader(r).ReadRune(); return err }),
	reading("bufio.Reader.Peek", "hello\n", func(r io.Reader) error { _, err := bufio.NewReader(r).Peek(3); return err }),
	reading("bufio.Reader.WriteTo", "hello\n", func(r io.Reader) error { _, err := bufio.NewReader(r).WriteTo(io.Discard); return err }),
	reading("fmt.Fscan", "42\n", func(r io.Reader) error { var n int; _, err := fmt.Fscan(r, &n); return err }),
	reading("fmt.Fscanln", "42\n", func(r io.Reader) error { var n int; _, err := fmt.Fscanln(r, &n); return err }),
	reading("fmt.Fscanf", "42\n", func(r io.Reader) error { var n int; _, err := fmt.Fscanf(r, "%d", &n); return err }),
	reading("bytes.Buffer.ReadFrom", "hello", func(r io.Reader) error { _, err := new(bytes.Buffer).ReadFrom(r); return err }),
	reading("encoding/json.Decoder.Decode", "42\n", func(r io.Reader) error { var n int; return json.NewDecoder(r).Decode(&n) }),
	reading("encoding/xml.Decoder.Decode", "<a>1</a>", func(r io.Reader) error { var n int; return xml.NewDecoder(r).Decode(&n) }),
	reading("encoding/gob.Decoder.Decode", gobbed, func(r io.Reader) error { var n int; return gob.NewDecoder(r).Decode(&n) }),
	reading("encoding/csv.Reader.Read", "a,b\n", func(r io.Reader) error { _, err := csv.NewReader(r).Read(); return err }),
	reading("encoding/binary.Read", "1234", func(r io.Reader) error { var n int32; return binary.Read(r, binary.LittleEndian, &n) }),
	reading("compress/gzip.Reader.Read", gzipped, func(r io.Reader) error {
		z, err := gzip.NewReader(r)
		if err == nil {
			_, err = io.ReadAll(z)
		}
		return err
	}),
	writing("os.File.Write", func(w io.Writer) error { _, err := w.Write(make([]byte, 8192)); return err }),
	writing("io.WriteString", func(w io.Writer) error { _, err := io.WriteString(w, gzipped+string(make([]byte, 8192))); return err }),
	writing("fmt.Fprintf", func(w io.Writer) error { _, err := fmt.Fprintf(w, "%8192d", 1); return err }),
	writing("fmt.Fprintln", func(w io.Writer) error { _, err := fmt.Fprintln(w, string(make([]byte, 8192))); return err }),
	writing("bufio.Writer.Flush", func(w io.Writer) error {
		b := bufio.NewWriterSize(w, 1<<14)
		b.Write(make([]byte, 8192))
		return b.Flush()
	}),
	writing("io.MultiWriter", func(w io.Writer) error {
		_, err := io.MultiWriter(io.Discard, w).Write(make([]byte, 8192))
		return err
	}),
	writing("log.Logger.Print", func(w io.Writer) error { log.New(w, "", 0).Print(string(make([]byte, 8192))); return nil }),
	writing("log/slog.Logger.Info", func(w io.Writer) error {
		slog.New(slog.NewTextHandler(w, nil)).Info(string(make([]byte, 8192)))
		return nil
	}),
	writing("encoding/json.Encoder.Encode", func(w io.Writer) error { return json.NewEncoder(w).Encode(make([]byte, 8192)) }),
	writing("text/template.Execute", func(w io.Writer) error {
		return template.Must(template.New("").Parse(`{{printf "%8192d" .}}`)).Execute(w, 1)
	}),
	writing("os.File.ReadFrom", func(w io.Writer) error {
		_, err := w.(*os.File).ReadFrom(bytes.NewReader(make([]byte, 8192)))
		return err
	}),
	{"os.File.WriteTo", func(t *T) {
		r := feed(t, "hello")
		t.Call(func() { must1(r.WriteTo(io.Discard)) })
	}},
	{"os.File.SetReadDeadline", func(t *T) {
		r, _ := pipe(t)
		must(r.SetReadDeadline(time.Now().Add(pause)))
		t.Call(func() { r.Read(make([]byte, 1)) })
	}},
	{"os.File.Close during Read", func(t *T) {
		r, _ := pipe(t)
		t.After(func() { r.Close() })
		t.Call(func() { r.Read(make([]byte, 1)) })
	}},
	{"os.Stdin.Read", func(t *T) {
		stdin(t, feed(t, "x"))
		t.Call(func() { must1(os.Stdin.Read(make([]byte, 1))) })
	}},
	{"fmt.Scanln", func(t *T) {
		stdin(t, feed(t, "42\n"))
		var n int
		t.Call(func() { must1(fmt.Scanln(&n)) })
	}},
	{"os.OpenFile, a FIFO to read", func(t *T) {
		name := fifo(t)
		t.After(func() { must1(os.OpenFile(name, os.O_RDWR, 0)).Close() })
		t.Call(func() { must1(os.OpenFile(name, os.O_RDONLY, 0)).Close() })
	}},
	{"os.OpenFile, a FIFO to write", func(t *T) {
		name := fifo(t)
		t.After(func() { must1(os.OpenFile(name, os.O_RDWR, 0)).Close() })
		t.Call(func() { must1(os.OpenFile(name, os.O_WRONLY, 0)).Close() })
	}},
	{"os.ReadFile, a FIFO", func(t *T) {
		name := fifo(t)
		t.After(func() { must(os.WriteFile(name, []byte("hello"), 0)) })
		t.Call(func() { must1(os.ReadFile(name)) })
	}},
	{"os.File.SyscallConn, Read", func(t *T) {
		c := must1(feed(t, "x").SyscallConn())
		t.Call(func() {
			must(c.Read(func(fd uintptr) bool {
				n, _ := syscall.Read(int(fd), make([]byte, 1))
				return n == 1
			}))
		})
	}},
	{"io.Pipe, Read", func(t *T) {
		r, w := io.Pipe()
		t.After(func() { w.Write([]byte("x")) })
		t.Call(func() { must1(r.Read(make([]byte, 1))) })
	}},
	{"io.Pipe, Write", func(t *T) {
		r, w := io.Pipe()
		t.After(func() { r.Read(make([]byte, 1)) })
		t.Call(func() { must1(w.Write([]byte("x"))) })
	}},
}
