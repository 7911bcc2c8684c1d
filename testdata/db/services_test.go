// Package db tests real database drivers against real servers. It knows nothing
// of greenify: go test runs it as plain Go, greenify test with every driver's
// goroutines on the hub. Both must pass.
package db

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/lib/pq"
)

// Where make services starts the servers.
const (
	postgresAddr = "127.0.0.1:54329"
	mysqlAddr    = "127.0.0.1:33069"
	postgresURL  = "postgres://greenify@" + postgresAddr + "/postgres?sslmode=disable"
	mysqlDSN     = "greenify@tcp(" + mysqlAddr + ")/greenify?parseTime=true&allowAllFiles=true"
)

// A server is a database server through one driver.
type server struct {
	driver, addr, dsn string
	span              string // a query of 100 ms that returns when it began and ended, in seconds, by the server's clock
	stuck             string // a query that lasts a minute
	pid               string // the query for the connection's own id
	kill              string // the statement that ends the connection with an id
	param             string // the first placeholder
	schema            string // makes a temporary table t of one column n
}

const (
	postgresSpan = "select extract(epoch from clock_timestamp())::float8, pg_sleep(0.1)::text, extract(epoch from clock_timestamp())::float8"
	// SLEEP returns 0, and is evaluated between the two clocks.
	mysqlSpan = "select unix_timestamp(sysdate(6)) + 0e0, sleep(0.1), unix_timestamp(sysdate(6)) + 0e0"
)

var servers = []server{
	{"pgx", postgresAddr, postgresURL, postgresSpan, "select pg_sleep(60)", "select pg_backend_pid()", "select pg_terminate_backend(%d)", "$1", "create temporary table t (n int)"},
	{"postgres", postgresAddr, postgresURL, postgresSpan, "select pg_sleep(60)", "select pg_backend_pid()", "select pg_terminate_backend(%d)", "$1", "create temporary table t (n int)"},
	{"mysql", mysqlAddr, mysqlDSN, mysqlSpan, "select sleep(60)", "select connection_id()", "kill %d", "?", "create temporary table t (n int)"},
}

// need fails the test in CI, and skips it elsewhere, if the server is not there.
func need(t *testing.T, addr string) {
	t.Helper()
	c, err := net.DialTimeout("tcp", addr, 5*time.Second)
	if err == nil {
		c.Close()
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("no database server: %v: run make services", err)
	}
	t.Skipf("no database server: %v: run make services", err)
}

func (s server) open(t *testing.T, pool int) *sql.DB {
	t.Helper()
	need(t, s.addr)
	db, err := sql.Open(s.driver, s.dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(pool)
	db.SetMaxIdleConns(pool)
	// Connect all of the pool, so that tests see queries and not handshakes.
	conns := make([]*sql.Conn, pool)
	for i := range conns {
		if conns[i], err = db.Conn(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range conns {
		c.Close()
	}
	return db
}

func each(t *testing.T, f func(t *testing.T, s server)) {
	for _, s := range servers {
		t.Run(s.driver, func(t *testing.T) { f(t, s) })
	}
}

// ticker counts how often another goroutine gets its turn until stop.
func ticker() (stop func() int) {
	done, n := make(chan bool), 0
	var wg sync.WaitGroup
	wg.Go(func() {
		t := time.NewTicker(5 * time.Millisecond)
		defer t.Stop()
		for {
			select {
			case <-t.C:
				n++
			case <-done:
				return
			}
		}
	})
	return func() int { close(done); wg.Wait(); return n }
}

// alive fails the test unless a query works and goroutines get their turns.
func alive(t *testing.T, db *sql.DB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var n int
	if err := db.QueryRowContext(ctx, "select 42").Scan(&n); err != nil || n != 42 {
		t.Fatalf("after it, select 42 gives %d, %v", n, err)
	}
	stop := ticker()
	time.Sleep(50 * time.Millisecond)
	if stop() == 0 {
		t.Fatal("after it, a ticker does not tick")
	}
}

// A span is when one query ran.
type span struct{ begin, end float64 }

// most returns the largest number of spans that overlap.
func most(spans []span) int {
	n := 0
	for _, s := range spans {
		at := 0
		for _, o := range spans {
			if o.begin <= s.begin && s.begin < o.end {
				at++
			}
		}
		n = max(n, at)
	}
	return n
}

// twenty runs 20 queries of 100 ms at once and returns when the server ran them.
func twenty(db *sql.DB, query string) ([]span, error) {
	spans, errs := make([]span, 20), make([]error, 20)
	var wg sync.WaitGroup
	for i := range spans {
		wg.Go(func() {
			var slept any
			errs[i] = db.QueryRow(query).Scan(&spans[i].begin, &slept, &spans[i].end)
			if d := spans[i].end - spans[i].begin; errs[i] == nil && d < 0.09 {
				errs[i] = fmt.Errorf("a query of 100 ms took %v s by the server's clock", d)
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return spans, nil
}
