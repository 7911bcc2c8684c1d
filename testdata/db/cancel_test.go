package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/lib/pq"
)

// running waits until the server runs the stuck query of the connection pid.
func (s server) running(t *testing.T, db *sql.DB, pid int64) {
	t.Helper()
	query := "select count(*) from pg_stat_activity where pid = %d and state = 'active' and query like '%%sleep(60)%%'"
	if s.driver == "mysql" {
		query = "select count(*) from information_schema.processlist where id = %d and info like '%%sleep(60)%%'"
	}
	for range 2000 {
		var n int
		if err := db.QueryRowContext(t.Context(), fmt.Sprintf(query, pid)).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n == 1 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("the server does not run the query")
}

// begin starts the stuck query and returns once the server runs it.
func (s server) begin(t *testing.T, ctx context.Context, db *sql.DB) (pid int64, result <-chan error) {
	t.Helper()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.QueryRowContext(t.Context(), s.pid).Scan(&pid); err != nil {
		t.Fatal(err)
	}
	c := make(chan error, 1)
	go func() {
		defer conn.Close()
		var v any
		c <- conn.QueryRowContext(ctx, s.stuck).Scan(&v)
	}()
	s.running(t, db, pid)
	return pid, c
}

// TestCancel cancels the context of a query that the server is running.
func TestCancel(t *testing.T) {
	each(t, func(t *testing.T, s server) {
		db := s.open(t, 3)
		ctx, cancel := context.WithCancel(t.Context())
		_, result := s.begin(t, ctx, db)
		cancel()
		err := <-result
		var pqErr *pq.Error
		switch {
		case errors.Is(err, context.Canceled):
		case s.driver == "postgres" && errors.As(err, &pqErr) && pqErr.Code == "57014": // query_canceled
		default:
			t.Errorf("a cancelled query ends with %v", err)
		}
		alive(t, db)
	})
}

// TestKill ends the connection of a running query from another one.
func TestKill(t *testing.T) {
	each(t, func(t *testing.T, s server) {
		db := s.open(t, 3)
		pid, result := s.begin(t, t.Context(), db)
		if _, err := db.Exec(fmt.Sprintf(s.kill, pid)); err != nil {
			t.Fatal(err)
		}
		err := <-result
		var pgErr *pgconn.PgError
		var pqErr *pq.Error
		var myErr *mysql.MySQLError
		switch {
		case s.driver == "pgx" && errors.As(err, &pgErr) && pgErr.Code == "57P01": // admin_shutdown
		case s.driver == "postgres" && errors.As(err, &pqErr) && pqErr.Code == "57P01":
		case s.driver == "postgres" && errors.Is(err, driver.ErrBadConn):
		case s.driver == "mysql" && (errors.Is(err, mysql.ErrInvalidConn) || errors.Is(err, driver.ErrBadConn)):
		case s.driver == "mysql" && errors.As(err, &myErr) && (myErr.Number == 1927 || myErr.Number == 1317): // connection killed, query interrupted
		default:
			t.Errorf("a killed query ends with %#v", err)
		}
		alive(t, db)
	})
}
