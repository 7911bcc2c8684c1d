package main

import (
	"bufio"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"strings"
	"time"

	"behaviours/internal/check"
)

var nobody = log.New(io.Discard, "", 0)

// A driver of the plainest kind: a line is sent, lines are read. It knows no context
// and no bad connections.
type plain struct{}
type conn struct {
	net.Conn
	r *bufio.Reader
}
type stmt struct {
	c *conn
	q string
}
type rows struct{ c *conn }

func init() { sql.Register("plain", plain{}) }

func (plain) Open(addr string) (driver.Conn, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	n := &conn{c, bufio.NewReader(c)}
	if _, err := n.say("hello"); err != nil {
		c.Close()
		return nil, err
	}
	return n, nil
}
func (c *conn) say(q string) (string, error) {
	if _, err := fmt.Fprintln(c, q); err != nil {
		return "", err
	}
	line, err := c.r.ReadString('\n')
	return strings.TrimSuffix(line, "\n"), err
}
func (c *conn) Prepare(q string) (driver.Stmt, error) {
	_, err := c.say("prepare " + q)
	return stmt{c, q}, err
}
func (c *conn) Begin() (driver.Tx, error) { _, err := c.say("begin"); return c, err }
func (c *conn) Commit() error             { _, err := c.say("commit"); return err }
func (c *conn) Rollback() error           { _, err := c.say("rollback"); return err }
func (stmt) Close() error                 { return nil }
func (stmt) NumInput() int                { return 0 }
func (s stmt) Exec([]driver.Value) (driver.Result, error) {
	line, err := s.c.say(s.q)
	var n int64
	fmt.Sscan(line, &n)
	return driver.RowsAffected(n), err
}

// Query answers with three rows of what it was asked.
func (s stmt) Query([]driver.Value) (driver.Rows, error) {
	_, err := s.c.say("rows " + s.q)
	return rows{s.c}, err
}
func (rows) Columns() []string { return []string{"n"} }
func (r rows) Close() error {
	for {
		line, err := r.c.r.ReadString('\n')
		if line == "end\n" {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
func (r rows) Next(v []driver.Value) error {
	line, err := r.c.r.ReadString('\n')
	if line == "end\n" {
		r.c.r = bufio.NewReader(io.MultiReader(strings.NewReader("end\n"), r.c.r)) // for Close
		return io.EOF
	}
	v[0] = strings.TrimSuffix(line, "\n")
	return err
}

// database answers after a while.
func database(c net.Conn) {
	s := bufio.NewScanner(c)
	for s.Scan() {
		wait := time.Duration(rand.Int64N(int64(work)))
		time.Sleep(wait / 2)
		word, n, _ := strings.Cut(s.Text(), " ")
		if word != "rows" {
			fmt.Fprintln(c, s.Text())
			continue
		}
		fmt.Fprintln(c, "rows")
		for range 3 {
			time.Sleep(wait / 6)
			fmt.Fprintln(c, n)
		}
		fmt.Fprintln(c, "end")
	}
}

const pool = 3

// withDB is a user of a pool, which is whole behind the kills.
func withDB(name string, use func(db *sql.DB, n int64) error) user {
	addr, stop := listen(database)
	db := check.Must1(sql.Open("plain", addr))
	db.SetMaxOpenConns(pool)
	db.SetMaxIdleConns(pool)
	fill := func() error {
		ctx, cancel := soon()
		defer cancel()
		for i := range pool {
			c, err := db.Conn(ctx)
			if err != nil {
				return fmt.Errorf("connection %d of the pool: %w (%+v)", i, err, db.Stats())
			}
			defer c.Close()
		}
		return nil
	}
	check.Must(fill())
	n := int64(0)
	next := func() error { n++; return use(db, n) }
	return user{name: "sql." + name, use: next, fit: fill, stop: func() { db.Close(); stop() }}
}

func want(what string, got, want any) error {
	if fmt.Sprint(got) != fmt.Sprint(want) {
		panic(fmt.Sprintf("WRONG: %s: the answer is %v, want %v", what, got, want)) // another query's
	}
	return nil
}

type execer interface {
	ExecContext(ctx context.Context, q string, args ...any) (sql.Result, error)
}

func exec1(db execer, n int64) error {
	r, err := db.ExecContext(context.Background(), fmt.Sprint(n))
	if err != nil {
		return err
	}
	got, err := r.RowsAffected()
	return errors.Join(err, want("Exec", got, n))
}

func all(r *sql.Rows, err error, n int64) error {
	if err != nil {
		return err
	}
	defer r.Close()
	for r.Next() {
		var got int64
		if err := r.Scan(&got); err != nil {
			return err
		}
		want("Rows", got, n)
	}
	return r.Err()
}

func execs() user {
	return withDB("DB.Exec", func(db *sql.DB, n int64) error { return exec1(db, n) })
}

func queries() user {
	return withDB("DB.Query", func(db *sql.DB, n int64) error {
		if n%2 == 0 {
			var got int64
			if err := db.QueryRow(fmt.Sprint(n)).Scan(&got); err != nil {
				return err
			}
			return want("QueryRow", got, n)
		}
		ctx, cancel := soon() // the rows live under a context that can be cancelled
		defer cancel()
		r, err := db.QueryContext(ctx, fmt.Sprint(n))
		return all(r, err, n)
	})
}

func transactions() user {
	return withDB("Tx", func(db *sql.DB, n int64) error {
		tx, err := db.Begin()
		if err != nil {
			return err
		}
		defer tx.Rollback()
		if err := exec1(tx, n); err != nil {
			return err
		}
		r, err := tx.Query(fmt.Sprint(n))
		if err := all(r, err, n); err != nil {
			return err
		}
		return tx.Commit()
	})
}

func statements() user {
	return withDB("Stmt", func(db *sql.DB, n int64) error {
		s, err := db.Prepare(fmt.Sprint(n))
		if err != nil {
			return err
		}
		defer s.Close()
		r, err := s.Exec()
		if err != nil {
			return err
		}
		got, _ := r.RowsAffected()
		want("Stmt.Exec", got, n)
		rs, err := s.Query()
		return all(rs, err, n)
	})
}

func conns() user {
	return withDB("Conn", func(db *sql.DB, n int64) error {
		c, err := db.Conn(context.Background())
		if err != nil {
			return err
		}
		defer c.Close()
		if err := c.PingContext(context.Background()); err != nil {
			return err
		}
		if err := exec1(c, n); err != nil {
			return err
		}
		r, err := c.QueryContext(context.Background(), fmt.Sprint(n))
		return all(r, err, n)
	})
}
