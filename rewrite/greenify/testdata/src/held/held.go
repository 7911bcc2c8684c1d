package held // want `not registered`

import (
	"bufio"
	"io"
	"sync"
)

func f(mu *sync.Mutex, c chan int) {
	mu.Lock() // want `green.Lock` `mu is held while receive waits, and stays locked if that panics: defer the unlock`
	<-c       // want `receive`
	mu.Unlock()

	mu.Lock() // want `green.Lock`
	println() // nothing waits
	mu.Unlock()

	func() {
		mu.Lock() // want `green.Lock`
		defer mu.Unlock()
		<-c // want `receive`
	}()

	mu.Lock()   // want `green.Lock`
	go func() { // want `go statement`
		<-c // want `receive`
	}()
	mu.Unlock()
}

type cache struct {
	sync.RWMutex
	n int
}

func g(s *cache, c chan int) {
	s.Lock()      // want `green.Lock` `s.RWMutex is held while send waits`
	c <- s.n      // want `send`
	s.RLock()     // want `green.RLock` `s.RWMutex \(for reading\) is held while range over a channel waits`
	s.Unlock()    // does not unlock what RLock locked
	for range c { // want `range`
	}
	s.RUnlock()
}

func h(mu *sync.Mutex, r io.Reader, w io.Writer) *bufio.Scanner {
	mu.Lock()                     // want `green.Lock`
	s := bufio.NewScanner(r)      // want `patched.Reader`
	f := sync.OnceFunc(func() {}) // want `green.OnceFunc`
	mu.Unlock()
	f()
	mu.Lock()     // want `green.Lock` `mu is held while io.Copy waits`
	io.Copy(w, r) // want `patched.Writer` `patched.Reader`
	mu.Unlock()
	return s
}

func polls(mu *sync.Mutex, c chan int) {
	for {
		mu.Lock() // want `green.Lock` `mu is held while select with default waits`
		select {
		case <-c:
		default: // want `green.Poll`
		}
		mu.Unlock()
	}
}
