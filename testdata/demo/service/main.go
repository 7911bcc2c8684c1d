// Service is an ordinary Go program: a page server over TLS with a pool of
// workers, 200 clients held to a rate, clients that give up, a child process
// fed by a ticker. It ends by itself and prints what it did.
//
// What it prints above the empty line is the same in every run; the lines below
// it are measured.
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

const (
	requests = 200 // at once
	pages    = 50  // asked for by them
	workers  = 8
	stalls   = 10 // requests that are never answered
)

func main() {
	log.SetFlags(0)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()

	s := newServer(workers)
	srv, client, url, err := serve(s)
	if err != nil {
		log.Fatal(err)
	}

	var wg sync.WaitGroup
	var shouted string
	wg.Go(func() { shouted = shout(ctx, "one", "two", "three", "four", "five") })
	var gaveUp int
	wg.Go(func() { gaveUp = stall(ctx, client, url+"/stall") })
	began := time.Now()
	bodies := fetch(ctx, client, url)
	elapsed := time.Since(began)
	wg.Wait()

	// Shutdown waits for the handlers, also those whose clients gave up.
	client.CloseIdleConnections()
	if err := srv.Shutdown(ctx); err != nil {
		log.Fatal(err)
	}
	close(s.jobs)
	s.workers.Wait()

	fmt.Println("requests answered:", len(bodies))
	fmt.Println("pages rendered:", s.rendered.Load(), "by", workers, "workers")
	fmt.Printf("checksum: %.8x\n", sha256.Sum256([]byte(strings.Join(bodies, ""))))
	fmt.Println("clients that gave up:", gaveUp, "of", stalls)
	fmt.Println("child process:", shouted)
	fmt.Println()
	fmt.Println("elapsed:", elapsed)
	lost, updates := lostUpdates()
	fmt.Println("updates:", updates)
	fmt.Println("lost updates:", lost)
}

// fetch sends all requests at once, each as soon as the limiter lets it, and
// returns the bodies in order.
func fetch(ctx context.Context, client *http.Client, url string) []string {
	limiter := rate.NewLimiter(2000, requests/2)
	bodies := make([]string, requests)
	var wg sync.WaitGroup
	for i := range bodies {
		wg.Go(func() {
			if err := limiter.Wait(ctx); err != nil {
				log.Fatal(err)
			}
			body, err := get(ctx, client, fmt.Sprintf("%s/page/%d", url, i%pages))
			if err != nil {
				log.Fatal(err)
			}
			bodies[i] = body
		})
	}
	wg.Wait()
	return bodies
}

// stall sends requests that are never answered and counts those that end by
// their own deadline.
func stall(ctx context.Context, client *http.Client, url string) int {
	var gaveUp atomic.Int64
	var wg sync.WaitGroup
	for range stalls {
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, 150*time.Millisecond)
			defer cancel()
			if _, err := get(ctx, client, url); errors.Is(err, context.DeadlineExceeded) {
				gaveUp.Add(1)
			}
		})
	}
	wg.Wait()
	return int(gaveUp.Load())
}

func get(ctx context.Context, client *http.Client, url string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", url, resp.Status)
	}
	return string(body), err
}

// shout has a child process change words to upper case, one at each tick.
func shout(ctx context.Context, words ...string) string {
	child := exec.CommandContext(ctx, "tr", "a-z", "A-Z")
	var out bytes.Buffer
	child.Stdout = &out
	in, err := child.StdinPipe()
	if err != nil {
		log.Fatal(err)
	}
	if err := child.Start(); err != nil {
		log.Fatal(err)
	}
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for _, word := range words {
		<-ticker.C
		fmt.Fprintln(in, word)
	}
	in.Close()
	if err := child.Wait(); err != nil {
		log.Fatal(err)
	}
	return strings.Join(strings.Fields(out.String()), " ")
}

// lostUpdates has 100 goroutines count in one variable and returns by how much
// the sum falls short.
//
// THE DATA RACE IS DELIBERATE. Nothing guards the counter, which is wrong in
// Go: between one goroutine's read and its write another one may write, and
// that update is lost. It shows what a program may rely on when its goroutines
// are green threads: between two yield points nobody else runs.
func lostUpdates() (lost, updates int) {
	const goroutines, rounds = 100, 500_000
	var counter int
	var wg sync.WaitGroup
	start := make(chan struct{})
	for range goroutines {
		wg.Go(func() {
			<-start
			for range rounds {
				read := counter
				counter = increment(read)
			}
		})
	}
	close(start)
	wg.Wait()
	return goroutines*rounds - counter, goroutines * rounds
}

// increment stands for the work that programs do between a read and a write.
//
//go:noinline
func increment(n int) int { return n + 1 }
