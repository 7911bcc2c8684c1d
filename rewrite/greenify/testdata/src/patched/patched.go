package main

import (
	"net/http"
	"sync"
	"time"

	green "github.com/greenify-go/greenify/runtime"
	"github.com/greenify-go/greenify/runtime/patched"
)

var _ = patched.Register("patched", "VERSION", patched.SupportsVersion1)

// A patched file: nothing to say.
func main() {
	defer patched.Main("VERSION", patched.SupportsVersion1)()
	c := make(chan int)
	green.Go(func() { green.Send(c, 1) })
	green.Recv(c)
	green.Sleep(time.Second)
	var mu sync.Mutex
	green.Lock(&mu)
	mu.Unlock()
	time.AfterFunc(1, patched.Enter00(func() {}))
	http.Handle("/", http.HandlerFunc(patched.Enter20(http.NewServeMux().ServeHTTP)))
	switch g0 := green.OnRecv(c); green.Select(g0) {
	default:
		_ = g0.V
	}
}
