// A green server and a green client in one thread: each would hang if the other
// blocked. All that net/http starts is in the hub, and the operating system sees one
// thread in user code at a time.
//
// env: GREENIFY=stats=1
// patched-stderr: ^greenify: threads=[1-9]\d* .* mthreads=[01]\n$
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"

	"behaviours/internal/check"

	green "github.com/greenify-go/greenify/runtime"
)

func main() {
	l := check.Must1(net.Listen("tcp", "127.0.0.1:0"))
	// Without a lock: one thread at a time.
	requests, handlers := 0, 0
	all := make(chan bool)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if green.InHub() {
			handlers++
		}
		if requests++; requests == 10 {
			close(all)
		}
		<-all // all ten are in their handlers at once
		fmt.Fprint(w, "hello ", r.URL.Path)
	})}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()

	var wg sync.WaitGroup
	for i := range 10 {
		wg.Go(func() {
			r := check.Must1(http.Get(fmt.Sprintf("http://%v/%d", l.Addr(), i)))
			defer r.Body.Close()
			body, err := io.ReadAll(r.Body)
			check.That(err == nil && string(body) == fmt.Sprintf("hello /%d", i), "client %d: %q, %v", i, body, err)
		})
	}
	wg.Wait()
	check.Equal("handlers in the hub", handlers, 10)
	check.Must(server.Close())
	check.Equal("the server", check.Within("the server", ended), http.ErrServerClosed)
}
