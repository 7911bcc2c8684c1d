package offloads // want `not registered`

import (
	"bufio"
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
)

type conn struct{ net.Conn }

func calls(c *http.Client, req *http.Request, cmd *exec.Cmd, l net.Listener, embedded conn) error {
	resp, err := http.Get("u") // want `net/http.Get holds the hub while it waits for the server: replace it by green.Call12`
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := c.Do(req); err != nil { // want `green.Call12`
		return err
	}
	if err := cmd.Run(); err != nil { // want `green.Call01`
		return err
	}
	out, err := exec.Command("true").CombinedOutput() // want `green.Call02`
	_ = out
	n, err := l.Accept() // want `green.Call02`
	if err != nil {
		return err
	}
	_, err = n.Read(make([]byte, 1))         // want `net.\(Conn\).Read`
	_, err = embedded.Write(nil)             // want `net.\(Conn\).Write`
	tcp, err := net.DialTCP("tcp", nil, nil) // want `green.Call32`
	_, err = tcp.Read(nil)                   // want `net.\(conn\).Read`
	return err
}

// Type parameters have one type: conversions to an interface are written out.
func converted(ctx context.Context, db *sql.DB, id int, rest []any, body *io.PipeReader) {
	db.QueryContext(ctx, "select", id, nil, "x") // want `green.CallV22`
	db.Query("select", rest...)                  // want `green.CallV12`
	db.Exec("delete")                            // want `green.CallV12`
	http.Post("u", "text", body)                 // want `green.Call32`
	net.LookupHost(name())                       // want `green.Call12`
	net.DialTimeout(pair())                      // want `net.DialTimeout cannot be patched here: its arguments come from one call`
	go cmd().Wait()                              // want `go statement`
	var row = db.QueryRow(                       // want `green.CallV11`
		"select", // the query
		id,
	)
	row.Scan(&id) // want `green.CallV01`
}

func name() string                    { return "" }
func cmd() *exec.Cmd                  { return nil }
func pair() (n, a string, d duration) { return }

type duration = timeDuration

// Readers that cannot be patched code wait outside; in memory nothing waits; of
// the others green.Reader finds out at run time.
func streams(resp *http.Response, file *os.File, c net.Conn, r io.Reader, buf []byte) {
	io.ReadAll(resp.Body) // want `green.Call12`
	io.Copy(file, c)      // want `green.Call22`
	io.ReadAll(strings.NewReader("in memory"))
	io.ReadAll(r)                  // want `io.ReadAll holds the hub while it waits for its reader or writer: wrap that in green.Reader`
	r.Read(buf)                    // want `io.\(Reader\).Read holds the hub .*: wrap that in green.Reader`
	resp.Body.Read(buf)            // want `green.Call12`
	bufio.NewScanner(c).Scan()     // want `bufio.NewScanner holds the hub .*: wrap that in green.Reader`
	os.Open("fifo")                // want `green.Call12`
	fmt.Fprintln(c, "to the peer") // want `fmt.Fprintln holds the hub .*: wrap that in green.Writer`
	fmt.Fprintln(os.Stderr, "what a program says")
	fmt.Fprintln(new(strings.Builder), "in memory")
	io.Copy(io.MultiWriter(c, sha256.New()), buffered{}) // want `io.Copy holds .*green.Writer` `io.MultiWriter holds .*green.Writer`
	go io.Copy(c, r)                                     // want `go statement` `io.Copy holds .*green.Writer` `io.Copy holds .*green.Reader`
}

// buffered sees to it itself what it reads from.
type buffered struct{}

func (buffered) Read([]byte) (int, error) { return 0, io.EOF }
