package held // want `not registered`

import "sync"

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
