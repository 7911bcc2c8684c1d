package dotimport // want `not registered`

import (
	. "sync"
	. "time"
)

var mu Mutex

func f() {
	Sleep(1) // want `green.Sleep`
	AfterFunc(1, nil)
	mu.Lock() // want `green.Lock`
	mu.Unlock()
	g := Sleep // want `green.Sleep`
	g(1)
}
