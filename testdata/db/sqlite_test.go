package db

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"

	sqlite3 "github.com/mattn/go-sqlite3"
)

// long is a query that computes in C for some 100 ms.
const long = "with recursive c(n) as (select 1 union all select n + 1 from c where n < 1000000) select count(*) from c"

func openSQLite(t *testing.T, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", dsn)
	check(t, err)
	t.Cleanup(func() { db.Close() })
	return db
}

// TestSQLiteTicks runs long queries in C beside a ticker, in a process of its own
// that prints the hub's statistics if it has a hub. The ticker has its turns, and
// not by rescue: the calls leave the hub by themselves. On a busy machine either
// may fail once in a while.
func TestSQLiteTicks(t *testing.T) {
	if os.Getenv("SQLITE_TICKS") != "" {
		db := openSQLite(t, ":memory:")
		db.SetMaxOpenConns(1)
		check(t, db.Ping())
		stop, start := ticker(), time.Now()
		for range 3 {
			want(t, db, long, 1000000)
		}
		fmt.Printf("%d of %d ticks\n", stop(), time.Since(start)/(5*time.Millisecond))
		return
	}
	var problem string
	for range 3 {
		self, err := os.Executable()
		check(t, err)
		cmd := exec.Command(self, "-test.run=^TestSQLiteTicks$")
		cmd.Env = append(os.Environ(), "SQLITE_TICKS=1", "GREENIFY=stats=1")
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		if err := cmd.Run(); err != nil {
			t.Fatalf("%v\n%s%s", err, &stdout, &stderr)
		}
		var ticks, of int
		if _, err := fmt.Sscanf(stdout.String(), "%d of %d ticks", &ticks, &of); err != nil {
			t.Fatalf("%v in %q", err, &stdout)
		}
		rescued := regexp.MustCompile(` rescued=\d+`).FindString(stderr.String())
		t.Logf("%d of %d ticks during three queries,%s", ticks, of, rescued)
		if of >= 4 && ticks >= of/2 && (rescued == "" || rescued == " rescued=0") {
			return
		}
		problem = fmt.Sprintf("%d of %d ticks during three queries,%s", ticks, of, rescued)
	}
	t.Error(problem)
}

// TestSQLiteLock has one connection wait in C, by busy_timeout, for a lock that
// another goroutine holds and gives back.
func TestSQLiteLock(t *testing.T) {
	file := filepath.Join(t.TempDir(), "db")
	a := openSQLite(t, "file:"+file+"?_busy_timeout=60000&_txlock=immediate")
	b := openSQLite(t, "file:"+file+"?_busy_timeout=60000&_txlock=immediate")
	do(t, a, "create table t (n int)")
	tx, err := a.Begin()
	check(t, err)
	begun := make(chan bool)
	done := make(chan error)
	go func() {
		close(begun)
		tx, err := b.Begin() // waits in sqlite3_step
		if err == nil {
			_, err = tx.Exec("insert into t values (2)")
			tx.Commit()
		}
		done <- err
	}()
	<-begun
	for range 10 {
		_, err = tx.Exec("insert into t values (1)")
		check(t, err)
		time.Sleep(5 * time.Millisecond)
	}
	select {
	case err := <-done:
		t.Fatal("the second writer did not wait:", err)
	default:
	}
	check(t, tx.Commit())
	check(t, <-done)
	want(t, a, "select sum(n) from t", 12)
}

// TestSQLiteCallback calls Go from C, where goroutines wait for one another:
// functions, in the middle of a query, and a commit hook.
func TestSQLiteCallback(t *testing.T) {
	requests, answers := make(chan int), make(chan int)
	go func() {
		for n := range requests {
			answers <- n * n
		}
	}()
	defer close(requests)
	depth, deepest := 0, 0 // no lock: without a hub only one connection calls at a time
	sql.Register("sqlite3_square", &sqlite3.SQLiteDriver{ConnectHook: func(c *sqlite3.SQLiteConn) error {
		return c.RegisterFunc("square", func(n int) int {
			depth++
			deepest = max(deepest, depth)
			requests <- n
			n = <-answers
			depth--
			return n
		}, true)
	}})
	db, err := sql.Open("sqlite3_square", ":memory:")
	check(t, err)
	defer db.Close()
	db.SetMaxOpenConns(1)
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			want(t, db, "with recursive c(n) as (select 1 union all select n + 1 from c where n < 100) select sum(square(n)) from c", 338350)
		})
	}
	wg.Wait()
	if depth != 0 || deepest != 1 {
		t.Errorf("calls back: %d open, %d at once", depth, deepest)
	}
}

// TestSQLiteRows writes and reads rows, by many short calls and a long one each.
func TestSQLiteRows(t *testing.T) {
	db := openSQLite(t, ":memory:")
	db.SetMaxOpenConns(1)
	do(t, db, "create table t (n int, s text)")
	tx, err := db.Begin()
	check(t, err)
	stmt, err := tx.Prepare("insert into t values (?, ?)")
	check(t, err)
	for i := range 1000 {
		_, err := stmt.Exec(i, fmt.Sprint("row ", i))
		check(t, err)
	}
	check(t, tx.Commit())
	rows, err := db.Query("select n, s from t order by n")
	check(t, err)
	i := 0
	for ; rows.Next(); i++ {
		var n int
		var s string
		check(t, rows.Scan(&n, &s))
		if n != i || s != fmt.Sprint("row ", i) {
			t.Fatalf("row %d is %d, %q", i, n, s)
		}
	}
	check(t, rows.Err())
	if i != 1000 {
		t.Errorf("%d rows", i)
	}
}
