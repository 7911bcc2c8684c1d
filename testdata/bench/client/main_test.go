package main

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// An answer ends where its length says, so that the next one begins there; one that is no
// success, closes the connection or has no length is an error.
func TestAnswer(t *testing.T) {
	const good = "HTTP/1.1 200 OK\r\ncontent-length: 6\r\nDate: today\r\n\r\nhello\n"
	r := bufio.NewReader(strings.NewReader(good + good))
	for range 2 {
		if err := answer(r); err != nil {
			t.Fatal(err)
		}
	}
	if n := r.Buffered(); n != 0 {
		t.Errorf("%d bytes are left behind two answers", n)
	}
	for bad, want := range map[string]string{
		"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n":                      "500",
		"HTTP/1.1 200 OK\r\nDate: today\r\n\r\n":                            "Content-Length",
		"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n": "keep",
		"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhel":                   "EOF",
	} {
		if err := answer(bufio.NewReader(strings.NewReader(bad))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one with %q", bad, err, want)
		}
	}
}

// What is counted as answered is what the server was asked, on so many connections.
func TestLoad(t *testing.T) {
	const connections = 5
	asked := make(chan string, 1e6)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.RemoteAddr
	}))
	defer server.Close()
	times, took, err := load(kinds["hello"], connections, server.Listener.Addr().String(), 50*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	from := map[string]int{}
	for range len(asked) {
		from[<-asked]++
	}
	n := 0
	for _, requests := range from {
		n += requests
	}
	if n != len(times) || len(from) != connections {
		t.Errorf("%d requests were answered, %d asked, on %d connections, want the same number, on %d", len(times), n, len(from), connections)
	}
	for _, d := range times {
		if d <= 0 || d > took {
			t.Errorf("an answer took %v of %v", d, took)
		}
	}
}
