// Command example runs 20 queries of 100 ms at once on PostgreSQL while a ticker
// ticks. It is ordinary Go: the same page with go run and with greenify run.
//
//	make services
//	cd testdata/db && greenify run ./example
package main

import (
	"database/sql"
	"fmt"
	"log"
	"sync"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
)

func main() {
	db, err := sql.Open("pgx", "postgres://greenify@127.0.0.1:54329/postgres?sslmode=disable")
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(20)
	if err := db.Ping(); err != nil {
		log.Fatal(err, ": run make services")
	}

	// No lock: under greenify one goroutine runs at a time, until it waits.
	// With go run these two are data races.
	ticks, rows := 0, 0
	go func() {
		for range time.Tick(5 * time.Millisecond) {
			ticks++
		}
	}()

	start := time.Now()
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := db.Exec("select pg_sleep(0.1)"); err != nil {
				log.Fatal(err)
			}
			rows++
		})
	}
	wg.Wait()
	fmt.Printf("%d queries of 100 ms in %d ms, %d ticks of 5 ms meanwhile\n", rows, time.Since(start).Milliseconds(), ticks)
}
