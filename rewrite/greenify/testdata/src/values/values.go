package values // want `not registered`

import (
	"io"
	"iter"
	"net"
	"net/http"
	"runtime"
	"sync"
	"time"
)

type pool struct{ mu sync.Mutex }

var global sync.Mutex

func values(p *pool, byValue pool) {
	sleep := time.Sleep // want `green.Sleep`
	sleep(1)
	defer each(runtime.Gosched) // want `green.Yield`
	each(global.Lock)           // want `green.Lock`
	each(byValue.mu.Lock)       // want `green.Lock`
	each(p.mu.Lock)             // want `sync.\(\*Mutex\).Lock cannot be patched here: the receiver of the method value may change`
	get := http.Get             // want `net/http.Get holds the hub while it waits for the server: wrap it in patched.Func12`
	_ = get
	conns := []net.Conn{nil}
	read := conns[0].Read                                  // want `net.Conn.Read holds .*: wrap it in patched.Bound12`
	_, _, _ = read, conns[0].Close, next().Read            // want `net.Conn.Read cannot be patched here: it is used as a value`
	_ = io.ReadAll                                         // want `io.ReadAll cannot be patched here: it is used as a value`
	_ = http.HandlerFunc(http.NotFoundHandler().ServeHTTP) // want `net/http.Handler.ServeHTTP cannot be patched here: it is used as a value`
	_ = io.Reader.Read                                     // want `it is used as a value`
	_ = (*sync.Mutex).Lock                                 // want `method expression`
	var once sync.Once
	do := once.Do // want `green.Do`
	do(func() {})
	time. // want `green.Sleep`
		Sleep(1)
}

func each(f func()) {}

func pull(seq iter.Seq[int]) {
	next, stop := iter.Pull(seq) // want `green.Pull`
	next()
	stop()
	_ = iter.Pull2[int, string] // want `green.Pull2`
}

// Type arguments that are written stay: here nothing else says what they are.
func instances() {
	iter.Pull[int](nil)                                             // want `green.Pull`
	iter.Pull2[int, chan /* of */ string](nil)                      // want `green.Pull2`
	_ = sync.OnceValue[any](func() any { return <-make(chan int) }) // want `green.OnceValue` `green.Recv`
	sync.OnceValues[int, error](nil)                                // want `green.OnceValues`
}

func next() net.Conn { return nil }
