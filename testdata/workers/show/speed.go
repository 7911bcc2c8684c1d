package main

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	clients = 32          // connections at once
	period  = time.Second // of one measurement
)

// A side is a way to run the server.
type side struct {
	title, program, env string
	addr                string
	rates               []float64 // requests a second
}

// speed prints how many requests a second the server answers. What is compared is measured in
// turns, and the median of the ratios counts.
func speed(plain, patched string, rounds int) error {
	fmt.Printf("%-34s%12s%12s%12s%14s%14s\n", "requests a second", "plain, 2", "1 worker", "2 workers", "2 to 1", "2 to plain")
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
		time.Sleep(period) // also the second worker is up
		for range rounds {
			for _, s := range sides {
				rate, err := measure(s.addr, path)
				if err != nil {
					return fmt.Errorf("%s: %w", s.title, err)
				}
				s.rates = append(s.rates, rate)
			}
		}
		toOne, toPlain := ratio(sides[2], sides[1]), ratio(sides[2], sides[0])
		fmt.Printf("%-34s%12.0f%12.0f%12.0f%14.2f%14.2f\n", path, median(sides[0].rates), median(sides[1].rates), median(sides[2].rates), toOne, toPlain)
		// The client takes its part of the two processors: little beside a page, half beside
		// a hello.
		if path == "/page" && (toOne < 1.8 || toPlain < 1.0) {
			failed = errors.New("two workers should be at least 1.8 times as fast as one, and as fast as plain Go")
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

func ratio(a, b *side) float64 {
	var list []float64
	for i := range a.rates {
		list = append(list, a.rates[i]/b.rates[i])
	}
	return median(list)
}

func median(list []float64) float64 {
	list = slices.Sorted(slices.Values(list))
	return list[len(list)/2]
}
