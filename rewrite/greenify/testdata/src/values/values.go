package values // want `not registered`

import (
	"iter"
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
	each(p.mu.Lock)             // want `sync.\(Mutex\).Lock cannot be patched here: the receiver of the method value may change`
	get := http.Get             // want `net/http.Get cannot be patched here: it is used as a value`
	_ = get
	_ = (*sync.Mutex).Lock // want `method expression`
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
