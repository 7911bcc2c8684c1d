package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"database/sql"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/lib/pq"
)

// TestTransactions commits one transaction and rolls another back; a reader
// outside sees neither before, and the first one after.
func TestTransactions(t *testing.T) {
	each(t, func(t *testing.T, s server) {
		db := s.open(t, 4)
		table := "tx_" + s.driver
		do(t, db, "drop table if exists "+table)
		do(t, db, "create table "+table+" (n int)")
		t.Cleanup(func() { do(t, db, "drop table "+table) })
		a, err := db.Begin()
		check(t, err)
		b, err := db.Begin()
		check(t, err)
		for n := range 10 {
			_, err = a.Exec("insert into "+table+" values ("+s.param+")", n)
			check(t, err)
			_, err = b.Exec("insert into "+table+" values ("+s.param+")", n)
			check(t, err)
		}
		want(t, db, "select count(*) from "+table, 0)
		check(t, b.Rollback())
		check(t, a.Commit())
		want(t, db, "select count(*) from "+table, 10)
		if err := a.Commit(); !errors.Is(err, sql.ErrTxDone) {
			t.Errorf("second commit: %v", err)
		}
	})
}

// TestPrepared uses one prepared statement from many goroutines on few
// connections, which database/sql prepares again on each.
func TestPrepared(t *testing.T) {
	each(t, func(t *testing.T, s server) {
		db := s.open(t, 3)
		query := "select " + s.param + " + 1"
		if s.driver != "mysql" {
			query = "select $1::int + 1"
		}
		stmt, err := db.Prepare(query)
		check(t, err)
		defer stmt.Close()
		var wg sync.WaitGroup
		for i := range 30 {
			wg.Go(func() {
				var n int
				if err := stmt.QueryRow(i).Scan(&n); err != nil || n != i+1 {
					t.Errorf("%d + 1 = %d, %v", i, n, err)
				}
			})
		}
		wg.Wait()
	})
}

// TestNotify waits for notifications on one connection while another sends them:
// pgx in the caller, pq in a goroutine of its own.
func TestNotify(t *testing.T) {
	need(t, postgresAddr)
	sender := servers[0].open(t, 1)
	t.Run("pgx", func(t *testing.T) {
		conn, err := pgx.Connect(t.Context(), postgresURL)
		check(t, err)
		defer conn.Close(context.Background())
		_, err = conn.Exec(t.Context(), "listen pgx_events")
		check(t, err)
		go func() {
			for i := range 5 {
				do(t, sender, fmt.Sprintf("notify pgx_events, '%d'", i))
			}
		}()
		for i := range 5 {
			n, err := conn.WaitForNotification(t.Context())
			check(t, err)
			if n.Payload != fmt.Sprint(i) {
				t.Errorf("notification %d is %q", i, n.Payload)
			}
		}
	})
	t.Run("postgres", func(t *testing.T) {
		l := pq.NewListener(postgresURL, time.Second, time.Minute, nil)
		defer l.Close()
		check(t, l.Listen("pq_events"))
		go func() {
			for i := range 5 {
				do(t, sender, fmt.Sprintf("notify pq_events, '%d'", i))
			}
		}()
		for i := range 5 {
			select {
			case n := <-l.Notify:
				if n == nil || n.Extra != fmt.Sprint(i) {
					t.Errorf("notification %d is %v", i, n)
				}
			case <-time.After(20 * time.Second):
				t.Fatal("no notification")
			}
		}
	})
}

// TestCopy sends 10,000 rows by COPY.
func TestCopy(t *testing.T) {
	const rows = 10_000
	need(t, postgresAddr)
	t.Run("pgx", func(t *testing.T) {
		pool, err := pgxpool.New(t.Context(), postgresURL)
		check(t, err)
		defer pool.Close()
		conn, err := pool.Acquire(t.Context())
		check(t, err)
		defer conn.Release()
		_, err = conn.Exec(t.Context(), servers[0].schema)
		check(t, err)
		n, err := conn.CopyFrom(t.Context(), pgx.Identifier{"t"}, []string{"n"},
			pgx.CopyFromSlice(rows, func(i int) ([]any, error) { return []any{i}, nil }))
		check(t, err)
		var sum int
		check(t, conn.QueryRow(t.Context(), "select sum(n) from t").Scan(&sum))
		if n != rows || sum != rows*(rows-1)/2 {
			t.Errorf("%d rows, sum %d", n, sum)
		}
	})
	t.Run("postgres", func(t *testing.T) {
		db := servers[1].open(t, 1)
		tx, err := db.Begin()
		check(t, err)
		defer tx.Rollback()
		_, err = tx.Exec(servers[1].schema)
		check(t, err)
		stmt, err := tx.Prepare(pq.CopyIn("t", "n"))
		check(t, err)
		for i := range rows {
			_, err = stmt.Exec(i)
			check(t, err)
		}
		_, err = stmt.Exec()
		check(t, err)
		check(t, stmt.Close())
		var sum int
		check(t, tx.QueryRow("select sum(n) from t").Scan(&sum))
		if sum != rows*(rows-1)/2 {
			t.Errorf("sum %d", sum)
		}
	})
}

// TestLoadData sends a local file by LOAD DATA LOCAL.
func TestLoadData(t *testing.T) {
	const rows = 10_000
	s := servers[2]
	db := s.open(t, 1)
	do(t, db, "set global local_infile = 1")
	var b strings.Builder
	for i := range rows {
		fmt.Fprintln(&b, i)
	}
	file := filepath.Join(t.TempDir(), "rows")
	check(t, os.WriteFile(file, []byte(b.String()), 0o644))
	do(t, db, s.schema)
	do(t, db, "load data local infile '"+file+"' into table t")
	want(t, db, "select sum(n) from t", rows*(rows-1)/2)
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func do(t *testing.T, db *sql.DB, query string) {
	t.Helper()
	if _, err := db.Exec(query); err != nil {
		t.Errorf("%s: %v", query, err)
	}
}

func want(t *testing.T, db *sql.DB, query string, want int) {
	t.Helper()
	var n int
	if err := db.QueryRow(query).Scan(&n); err != nil || n != want {
		t.Errorf("%s: %d, %v; want %d", query, n, err, want)
	}
}
