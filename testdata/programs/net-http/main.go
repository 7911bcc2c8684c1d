// An HTTP server and its clients in one program: handlers that wait, streaming,
// cancelled requests, timeouts, shutdown that waits for what is under way.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

func main() {
	var hanging atomic.Int32 // handlers of /hang that have begun and not ended
	release := make(chan bool)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /sleep", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		time.Sleep(5 * time.Millisecond)
		fmt.Fprintf(w, "slept %s", body)
	})
	mux.HandleFunc("/stream", func(w http.ResponseWriter, r *http.Request) {
		for i := range 5 {
			fmt.Fprintln(w, i)
			w.(http.Flusher).Flush()
			time.Sleep(time.Millisecond)
		}
	})
	mux.HandleFunc("/hang", func(w http.ResponseWriter, r *http.Request) {
		hanging.Add(1)
		<-r.Context().Done()
		hanging.Add(-1)
	})
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		release <- true
		<-release
		io.WriteString(w, "slow but whole")
	})
	s := httptest.NewServer(mux)
	client := s.Client()

	var wg sync.WaitGroup
	good := new(atomic.Int32)
	for i := range 100 {
		wg.Go(func() {
			resp, err := client.Post(s.URL+"/sleep", "text/plain", strings.NewReader(fmt.Sprint(i)))
			check(err)
			defer resp.Body.Close()
			if b, _ := io.ReadAll(resp.Body); string(b) == fmt.Sprintf("slept %d", i) {
				good.Add(1)
			}
		})
	}
	wg.Wait()
	fmt.Println(good.Load())

	resp, err := client.Get(s.URL + "/stream")
	check(err)
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		fmt.Print(lines.Text(), " ")
	}
	fmt.Println()

	for range 10 {
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
			defer cancel()
			req, _ := http.NewRequestWithContext(ctx, "GET", s.URL+"/hang", nil)
			if _, err := client.Do(req); !errors.Is(err, context.DeadlineExceeded) {
				fmt.Println("unexpected", err)
			}
		})
	}
	wg.Wait()
	impatient := *client
	impatient.Timeout = 10 * time.Millisecond
	_, err = impatient.Get(s.URL + "/hang")
	fmt.Println(os.IsTimeout(err))
	for hanging.Load() > 0 {
		time.Sleep(time.Millisecond)
	}

	whole := make(chan string)
	go func() {
		resp, err := client.Get(s.URL + "/slow")
		check(err)
		b, _ := io.ReadAll(resp.Body)
		whole <- string(b)
	}()
	<-release
	down := make(chan error)
	go func() { down <- s.Config.Shutdown(context.Background()) }()
	release <- true
	fmt.Println(<-whole, <-down)
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
