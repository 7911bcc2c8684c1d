package main

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	clients = 32                     // connections at once
	period  = 200 * time.Millisecond // of one measurement
)

// A side is a way to run the server.
type side struct {
	title, program, env string
	addr                string
	best                float64 // requests a second
}

// speed prints how many requests a second the server answers. What is compared is measured in
// turns, and the best of each counts: what else the machine does makes all the others worse.
func speed(plain, patched string, rounds int) error {
	fmt.Printf("%-20s%12s%12s%12s%14s%14s\n", "requests a second", "plain, 2", "1 worker", "2 workers", "2 to 1", "2 to plain")
	var failed error
	for _, path := range []string{"/sum", "/page", "/hello"} {
		sides := []*side{
			{title: "plain, 2", program: plain, env: "GOMAXPROCS=2"},
			{title: "1 worker", program: patched, env: "GREENIFY=workers=1"},
			{title: "2 workers", program: patched, env: "GREENIFY=workers=2"},
		}
		for _, s := range sides {
			cmd, addr, err := start(s.program, s.env)
			if err != nil {
				return fmt.Errorf("%s: %w", s.title, err)
			}
			s.addr = addr
			defer func() {
				cmd.Process.Signal(syscall.SIGTERM)
				cmd.Wait()
			}()
		}
		time.Sleep(time.Second) // also the second worker is up
		for range rounds {
			for _, s := range sides {
				rate, err := measure(s.addr, path)
				if err != nil {
					return fmt.Errorf("%s: %w", s.title, err)
				}
				s.best = max(s.best, rate)
			}
		}
		toOne, toPlain := sides[2].best/sides[1].best, sides[2].best/sides[0].best
		fmt.Printf("%-20s%12.0f%12.0f%12.0f%14.2f%14.2f\n", path, sides[0].best, sides[1].best, sides[2].best, toOne, toPlain)
		// A sum is bound by the processors alone. Beside a page one worker's collector uses the
		// other processor already, and beside a hello the client uses as much as the server.
		if path == "/sum" && toOne < 1.8 {
			failed = errors.New("two workers should be at least 1.8 times as fast as one at /sum")
		}
		if path == "/page" && toPlain < 1.0 {
			failed = errors.Join(failed, errors.New("two workers should be as fast as plain Go at /page"))
		}
	}
	return failed
}

// measure returns how many requests a second are answered.
func measure(addr, path string) (rate float64, err error) {
	var wg sync.WaitGroup
	var done atomic.Int64
	errs := make(chan error, clients)
	begin := time.Now()
	for range clients {
		wg.Go(func() {
			c := client{addr: addr}
			defer c.close()
			for time.Since(begin) < period {
				if err := c.get(path); err != nil {
					errs <- err
					return
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	took := time.Since(begin)
	select {
	case err = <-errs:
	default:
	}
	return float64(done.Load()) / took.Seconds(), err
}
