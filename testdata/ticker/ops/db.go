package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"io"
	"time"
)

// lake is a driver of a database that takes the pause to do anything that a
// query names: "connect", "prepare", "query", ...
type lake struct{ slow string }

func (l lake) wait(what string) {
	if l.slow == what {
		time.Sleep(pause)
	}
}

type (
	lakeConn struct{ lake }
	lakeStmt struct{ lake }
	lakeRows struct {
		lake
		left int
	}
)

func (l lake) Connect(context.Context) (driver.Conn, error) {
	l.wait("connect")
	return lakeConn{l}, nil
}
func (l lake) Driver() driver.Driver { return nil }

func (c lakeConn) Ping(context.Context) error { c.wait("ping"); return nil }
func (c lakeConn) Prepare(query string) (driver.Stmt, error) {
	c.wait("prepare")
	return lakeStmt(c), nil
}
func (c lakeConn) Begin() (driver.Tx, error) { c.wait("begin"); return c, nil }
func (c lakeConn) Commit() error             { c.wait("commit"); return nil }
func (c lakeConn) Rollback() error           { c.wait("rollback"); return nil }
func (c lakeConn) Close() error              { c.wait("close"); return nil }
func (s lakeStmt) Close() error              { return nil }
func (s lakeStmt) NumInput() int             { return 0 }
func (s lakeStmt) Exec([]driver.Value) (driver.Result, error) {
	s.wait("exec")
	return driver.RowsAffected(1), nil
}
func (s lakeStmt) Query([]driver.Value) (driver.Rows, error) {
	s.wait("query")
	return &lakeRows{s.lake, 2}, nil
}
func (r *lakeRows) Columns() []string { return []string{"n"} }
func (r *lakeRows) Close() error      { return nil }
func (r *lakeRows) Next(dest []driver.Value) error {
	r.wait("next")
	if r.left--; r.left < 0 {
		return io.EOF
	}
	dest[0] = int64(r.left)
	return nil
}

// asking is an operation on a database of which one step is slow.
func asking(name, slow string, f func(t *T, db *sql.DB)) op {
	return op{"database/sql." + name, func(t *T) {
		db := sql.OpenDB(lake{slow})
		db.SetMaxOpenConns(1)
		t.Defer(func() { db.Close() })
		f(t, db)
	}}
}

var dbOps = []op{
	asking("DB.Query", "query", func(t *T, db *sql.DB) { t.Call(func() { must1(db.Query("q")).Close() }) }),
	asking("DB.QueryRow", "query", func(t *T, db *sql.DB) { t.Call(func() { var n int; must(db.QueryRow("q").Scan(&n)) }) }),
	asking("DB.Exec", "exec", func(t *T, db *sql.DB) { t.Call(func() { must1(db.Exec("q")) }) }),
	asking("DB.Ping", "ping", func(t *T, db *sql.DB) { t.Call(func() { must(db.Ping()) }) }),
	asking("DB.Prepare", "prepare", func(t *T, db *sql.DB) { t.Call(func() { must1(db.Prepare("q")) }) }),
	asking("DB.Begin", "begin", func(t *T, db *sql.DB) { t.Call(func() { must(must1(db.Begin()).Rollback()) }) }),
	asking("DB.Conn", "connect", func(t *T, db *sql.DB) { t.Call(func() { must(must1(db.Conn(context.Background())).Close()) }) }),
	asking("Tx.Commit", "commit", func(t *T, db *sql.DB) {
		tx := must1(db.Begin())
		t.Call(func() { must(tx.Commit()) })
	}),
	asking("Tx.Rollback", "rollback", func(t *T, db *sql.DB) {
		tx := must1(db.Begin())
		t.Call(func() { must(tx.Rollback()) })
	}),
	asking("Stmt.Exec", "exec", func(t *T, db *sql.DB) {
		s := must1(db.Prepare("q"))
		t.Call(func() { must1(s.Exec()) })
	}),
	asking("Rows.Next", "next", func(t *T, db *sql.DB) {
		rows := must1(db.Query("q"))
		defer rows.Close()
		t.Call(func() { rows.Next() })
	}),
	asking("DB.Query, pool exhausted", "", func(t *T, db *sql.DB) {
		rows := must1(db.Query("q"))
		t.After(func() { rows.Close() })
		t.Call(func() { must1(db.Query("q")).Close() })
	}),
	asking("DB.QueryContext, pool exhausted, timeout", "", func(t *T, db *sql.DB) {
		rows := must1(db.Query("q"))
		defer rows.Close()
		ctx, cancel := context.WithTimeout(context.Background(), pause)
		defer cancel()
		t.Call(func() { db.QueryContext(ctx, "q") })
	}),
	asking("DB.Close", "close", func(t *T, db *sql.DB) {
		must(db.Ping())
		t.Call(func() { must(db.Close()) })
	}),
}
