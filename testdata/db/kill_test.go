//go:build greenify

package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	green "github.com/greenify-go/greenify/runtime"
)

// Kills of each driver's threads: 10,200 with three of them.
const kills = 3400

// TestThreadsKilled kills threads at random moments in queries, statements and
// transactions: no query gets another one's answer, the pool is whole behind it, no
// descriptor or goroutine is left, and the server has no connection more.
func TestThreadsKilled(t *testing.T) {
	each(t, func(t *testing.T, s server) {
		const pool, threads = 3, 10
		db := s.open(t, pool)
		var n atomic.Int64
		nap := "pg_sleep(%g)::text"
		if s.driver == "mysql" {
			nap = "sleep(%g)"
		}
		same := func(got, want int64) {
			if got != want {
				t.Errorf("a query that asks for %d is answered %d", want, got)
			}
		}
		// use has the server work for about two milliseconds.
		use := func() error {
			n := n.Add(1)
			ask := fmt.Sprintf("select %d, "+nap, n, 0.002*rand.Float64())
			var got int64
			var slept any
			scan := func(r *sql.Rows, err error) error {
				if err != nil {
					return err
				}
				defer r.Close()
				for r.Next() {
					if err := r.Scan(&got, &slept); err != nil {
						return err
					}
					same(got, n)
				}
				return r.Err()
			}
			switch n % 4 {
			case 0:
				if err := db.QueryRow(ask).Scan(&got, &slept); err != nil {
					return err
				}
				same(got, n)
				return nil
			case 1:
				st, err := db.Prepare(ask)
				if err != nil {
					return err
				}
				defer st.Close()
				return scan(st.Query())
			case 2:
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				return scan(db.QueryContext(ctx, ask))
			default:
				tx, err := db.Begin()
				if err != nil {
					return err
				}
				defer tx.Rollback()
				if _, err := tx.Exec("select 1"); err != nil {
					return err
				}
				if err := scan(tx.Query(ask)); err != nil {
					return err
				}
				return tx.Commit()
			}
		}
		for range 4 * pool {
			if err := use(); err != nil {
				t.Fatal(err)
			}
		}
		descriptors, goroutines := left(t)
		var killed atomic.Int64
		var wg sync.WaitGroup
		for range threads {
			wg.Go(func() {
				for range kills / threads {
					d := time.Duration(rand.IntN(8000)) * time.Microsecond
					if rand.IntN(2) == 0 {
						var timeout *green.TimeoutError
						if err := green.WithTimeout(d, use); errors.As(err, &timeout) {
							killed.Add(1)
						} else if err != nil {
							t.Error(err)
						}
						continue
					}
					task := green.Spawn(func() (int, error) { return 0, use() })
					time.Sleep(d)
					task.Kill()
					if _, err := task.Wait(); err == green.ErrKilled {
						killed.Add(1)
					} else if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		t.Logf("%d of %d were killed", killed.Load(), kills)
		if killed.Load() == 0 {
			t.Error("no thread was killed")
		}

		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		var conns [pool]*sql.Conn
		for i := range conns {
			var err error
			if conns[i], err = db.Conn(ctx); err != nil {
				t.Fatalf("connection %d of %d: %v", i, pool, err)
			}
		}
		// A server ends a connection that was given up in its own time.
		count := "select count(*) from pg_stat_activity where usename = 'greenify' and backend_type = 'client backend'"
		if s.driver == "mysql" {
			count = "select count(*) from information_schema.processlist where user = 'greenify'"
		}
		for {
			var n int
			if err := conns[0].QueryRowContext(ctx, count).Scan(&n); err != nil {
				t.Fatal(err)
			}
			if n <= pool {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		for _, c := range conns {
			c.Close()
		}
		for range 4 * pool {
			if err := use(); err != nil {
				t.Error(err)
			}
		}
		for {
			d, g := left(t)
			if d <= descriptors && g <= goroutines {
				break
			}
			if ctx.Err() != nil {
				buf := make([]byte, 1<<16)
				t.Fatalf("%d descriptors, before %d; %d goroutines, before %d\n%s", d, descriptors, g, goroutines, buf[:runtime.Stack(buf, true)])
			}
			time.Sleep(10 * time.Millisecond)
		}
	})
}

func left(t *testing.T) (descriptors, goroutines int) {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(list) - 1, runtime.NumGoroutine()
}
