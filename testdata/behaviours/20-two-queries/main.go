// Two queries at once take one query's time: the database, a process of its own,
// answers neither before it has both. The driver is ordinary Go that speaks over a
// connection, as those of PostgreSQL and MySQL do. (With real servers: make db.)
package main

import (
	"bufio"
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"behaviours/internal/check"
)

// serve is the database: it tells each query whether the other one came meanwhile.
func serve() {
	l := check.Must1(net.Listen("tcp", "127.0.0.1:0"))
	fmt.Println(l.Addr())
	var queries atomic.Int32
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			lines := bufio.NewReader(c)
			for {
				if _, err := lines.ReadString('\n'); err != nil {
					return
				}
				queries.Add(1)
				for end := time.Now().Add(check.Limit / 2); queries.Load() < 2 && time.Now().Before(end); {
					time.Sleep(time.Millisecond)
				}
				fmt.Fprintln(c, queries.Load())
			}
		}()
	}
}

type (
	connector struct{ addr string }
	conn      struct {
		net.Conn
		lines *bufio.Reader
	}
	stmt struct {
		conn
		query string
	}
	rows struct {
		value string
		done  bool
	}
)

func (c connector) Driver() driver.Driver { return nil }
func (c connector) Connect(context.Context) (driver.Conn, error) {
	nc, err := net.Dial("tcp", c.addr)
	return conn{nc, bufio.NewReader(nc)}, err
}

func (c conn) Prepare(query string) (driver.Stmt, error)  { return stmt{c, query}, nil }
func (c conn) Begin() (driver.Tx, error)                  { return nil, driver.ErrSkip }
func (s stmt) Close() error                               { return nil }
func (s stmt) NumInput() int                              { return 0 }
func (s stmt) Exec([]driver.Value) (driver.Result, error) { return nil, driver.ErrSkip }
func (s stmt) Query([]driver.Value) (driver.Rows, error) {
	fmt.Fprintln(s.Conn, s.query)
	line, err := s.lines.ReadString('\n')
	return &rows{value: strings.TrimSuffix(line, "\n")}, err
}

func (r *rows) Columns() []string { return []string{"queries"} }
func (r *rows) Close() error      { return nil }
func (r *rows) Next(dest []driver.Value) error {
	if r.done {
		return io.EOF
	}
	r.done = true
	dest[0] = r.value
	return nil
}

func main() {
	if len(os.Args) > 1 {
		serve()
		return
	}
	server := exec.Command(os.Args[0], "serve")
	server.Stderr = os.Stderr
	out := check.Must1(server.StdoutPipe())
	check.Must(server.Start())
	defer server.Process.Kill()
	addr := check.Must1(bufio.NewReader(out).ReadString('\n'))

	db := sql.OpenDB(connector{strings.TrimSpace(addr)})
	var wg sync.WaitGroup
	answers := make(chan int, 2)
	for range 2 {
		wg.Go(func() {
			var n int
			check.Must(db.QueryRow("wait for the other").Scan(&n))
			answers <- n
		})
	}
	wg.Wait()
	check.Equal("queries at once", <-answers, 2)
	check.Equal("queries at once", <-answers, 2)
	check.Must(db.Close())
}
