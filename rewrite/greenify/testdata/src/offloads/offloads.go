package offloads // want `not registered`

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"hash"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
)

type conn struct{ net.Conn }

func calls(c *http.Client, req *http.Request, cmd *exec.Cmd, l net.Listener, embedded conn) error {
	resp, err := http.Get("u") // want `net/http.Get holds the hub while it waits for the server: replace it by patched.Call12`
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := c.Do(req); err != nil { // want `patched.Call12`
		return err
	}
	if err := cmd.Run(); err != nil { // want `patched.Call01`
		return err
	}
	out, err := exec.Command("true").CombinedOutput() // want `patched.Call02`
	_ = out
	n, err := l.Accept() // want `patched.Method02`
	if err != nil {
		return err
	}
	_, err = n.Read(make([]byte, 1))         // want `net.Conn.Read`
	_, err = embedded.Write(nil)             // want `net.Conn.Write holds .* patched.Method12`
	tcp, err := net.DialTCP("tcp", nil, nil) // want `patched.Call32`
	_, err = tcp.Read(nil)                   // want `net.\(\*conn\).Read`
	return err
}

// Type parameters have one type: conversions to an interface are written out.
func converted(ctx context.Context, db *sql.DB, id int, rest []any, body *io.PipeReader) {
	db.QueryContext(ctx, "select", id, nil, "x") // want `patched.CallV22`
	db.Query("select", rest...)                  // want `patched.CallV12`
	db.Exec("delete")                            // want `patched.CallV12`
	http.Post("u", "text", body)                 // want `patched.Call32`
	net.LookupHost(name())                       // want `patched.Call12`
	net.DialTimeout(pair())                      // want `net.DialTimeout cannot be patched here: its arguments come from one call`
	go cmd().Wait()                              // want `go statement`
	var row = db.QueryRow(                       // want `patched.CallV11`
		"select", // the query
		id,
	)
	row.Scan(&id) // want `patched.CallV01`
}

func name() string                    { return "" }
func cmd() *exec.Cmd                  { return nil }
func pair() (n, a string, d duration) { return }

type duration = timeDuration

// Readers that cannot be patched code wait outside; in memory nothing waits; of
// the others patched.Reader finds out at run time.
func streams(resp *http.Response, file *os.File, c net.Conn, r io.Reader, buf []byte) {
	io.ReadAll(resp.Body) // want `patched.Call12`
	io.Copy(file, c)      // want `io.Copy holds .*patched.Writer` `io.Copy holds .*patched.Reader`
	io.ReadAll(strings.NewReader("in memory"))
	io.ReadAll(r)                  // want `io.ReadAll holds the hub while it waits for its reader or writer: wrap that in patched.Reader`
	r.Read(buf)                    // want `io.Reader.Read holds the hub while it waits for what is behind it: replace it by patched.Method12`
	resp.Body.Read(buf)            // want `patched.Method12`
	bufio.NewScanner(c).Scan()     // want `bufio.NewScanner holds the hub .*: wrap that in patched.Reader`
	os.Open("fifo")                // want `patched.Call12`
	fmt.Fprintln(c, "to the peer") // want `fmt.Fprintln holds the hub .*: wrap that in patched.Writer`
	fmt.Fprintln(os.Stderr, "what a program says")
	fmt.Fprintln(new(strings.Builder), "in memory")
	io.Copy(io.MultiWriter(c, sha256.New()), buffered{}) // want `io.Copy holds .*patched.Writer` `io.MultiWriter holds .*patched.Writer`
	go io.Copy(c, r)                                     // want `go statement` `io.Copy holds .*patched.Writer` `io.Copy holds .*patched.Reader`
	go io.Copy(io.Discard, r)                            // want `go statement` `io.Copy holds .*patched.Reader`
}

// What several methods are called on is evaluated once. A receiver that is a call
// cannot be looked at first.
func receivers(conns []net.Conn, next func() net.Conn, w io.WriteCloser, h hash.Hash, raw syscall.RawConn, p *struct{ r io.Reader }) {
	conns[0].Read(nil)                         // want `patched.Method12`
	next().Read(nil)                           // want `patched.Via12`
	w.Write(nil)                               // want `patched.Method12`
	net.Conn.Write(next(), nil)                // want `patched.Via12`
	any(w).(io.Writer).Write(nil)              // want `patched.Via12`
	go next().Read(nil)                        // want `go statement`
	func() addresser { return nil }().Accept() // want `patched.Via02`
	struct{ net.Conn }{next()}.Read(nil)       // want `what it is called on must be evaluated once`
	h.Write(nil)
	p.r.Read(nil)                                   // want `patched.Method12`
	go p.r.Read(nil)                                // want `go statement`
	defer w.Write(nil)                              // want `patched.Method12`
	w.Write(named{})                                // want `patched.Method12`
	raw.Read(func(fd uintptr) bool { return true }) // want `syscall.RawConn.Read holds .*patched.Method11`
}

// What std calls back, while the call is outside the hub, enters it again.
func callers(f *os.File, c *net.TCPConn, w io.Writer, r io.Reader, conn *sql.Conn, req *http.Request) {
	f.ReadFrom(r)                            // want `patched.Call12`
	f.ReadFrom(strings.NewReader(""))        // want `patched.Call12`
	f.WriteTo(buffered{})                    // want `patched.Call12`
	c.ReadFrom(f)                            // want `patched.Call12`
	req.Write(w)                             // want `patched.Call11`
	http.Post("u", "text", r)                // want `patched.Call32`
	conn.Raw(func(any) error { return nil }) // want `patched.Call11`
}

// A writer in a slice cannot be wrapped. A method may come from an embedded connection.
func streamsLeft(w io.Writer, ws []io.Writer, c conn) {
	fmt.Fprintf(w, "%d", ws)          // want `patched.Writer`
	fmt.Fprintf(w, "%d", []any{1}...) // want `patched.Writer`
	io.MultiWriter(ws...)             // want `io.MultiWriter cannot be patched here: it is given a slice: wrap each of its values in patched.Writer`
	fmt.Fprintln(c, "x")              // want `patched.Writer`
	fmt.Fprint(two())                 // want `fmt.Fprint cannot be patched here: its arguments come from one call`
	io.WriterTo(nil).WriteTo(w)       // want `io.WriterTo.WriteTo cannot be patched here: it may wait for what it reads from: use io.Copy`
	log.New(w, "", 0)                 // want `log.New cannot be patched here: a thread that logs waits with the hub`
	log.New(os.Stderr, "", 0)
	slog.NewTextHandler(new(bytes.Buffer), nil)
	syscall.Syscall(0, 0, 0, 0) // want `syscall.Syscall cannot be patched here: it may wait in the kernel: wrap it in green.Offload`
}

type named []byte

type addresser interface{ net.Listener }

func two() (io.Writer, int) { return nil, 0 }

// buffered sees to it itself what it reads from.
type buffered struct{}

func (buffered) Read([]byte) (int, error)  { return 0, io.EOF }
func (buffered) Write([]byte) (int, error) { return 0, io.EOF }
