package heldpatched

import (
	"net/http"
	"sync"
	"time"

	green "github.com/greenify-go/greenify/runtime"
	"github.com/greenify-go/greenify/runtime/patched"
)

var _ = patched.Register("heldpatched", "VERSION", patched.SupportsVersion1)

// What is patched, by greenify or by hand, holds locks as the original did.
func f(mu *sync.Mutex, c chan int) {
	green.Lock(mu) // want `mu is held while green.Recv waits, and stays locked if that panics: defer the unlock`
	green.Recv(c)
	mu.Unlock()

	green.Lock(mu)
	println() // nothing waits
	mu.Unlock()

	func() {
		green.Lock(mu)
		defer mu.Unlock()
		green.Send(c, 1)
	}()

	green.Lock(mu)
	green.Go(func() {
		green.Recv(c)
	})
	mu.Unlock()
}

type cache struct {
	sync.RWMutex
	mu sync.Mutex
}

func g(s *cache, c chan int, l sync.Locker) {
	green.Lock(&s.RWMutex) // want `s.RWMutex is held while green.Send waits`
	green.Send(c, 1)
	s.Unlock()
	green.RLock(&s.RWMutex) // want `s.RWMutex \(for reading\) is held while green.Range waits`
	for range green.Range(c) {
	}
	s.RUnlock()
	green.Lock((&s.mu)) // want `s.mu is held while patched.Call12 waits`
	patched.Call12(http.Get, "")
	s.mu.Unlock()
	green.Lock(l) // want `l is held while green.Select waits`
	switch g0 := green.OnRecv(c); green.Select(g0) {
	default:
	}
	l.Unlock()
	green.Lock(&s.mu) // want `s.mu is held while sync.\(\*RWMutex\).RLock waits`
	s.RLock()         // want `green.RLock`
	s.RUnlock()
	green.Sleep(time.Second)
	s.mu.Unlock()
	s.mu.Lock() // want `green.Lock` `s.mu is held while green.Sleep waits`
	green.Sleep(time.Second)
	s.mu.Unlock()
}

// A condition variable gives its lock back while it waits, and only that.
func h(s *cache, c *sync.Cond) {
	green.Lock(c.L)
	green.Wait(c)
	c.L.Unlock()
	green.Lock(&s.mu) // want `s.mu is held while green.Wait waits`
	green.Wait(c)
	s.mu.Unlock()
}
