// Package alias has names for packages with which those of the patch end: where nothing else
// uses them they go, all the same.
package alias // want `not registered`

import (
	d "runtime"
	een "sync"
	n "time"
)

func nap(f func()) {
	n.Sleep(1)        // want `green.Sleep`
	een.OnceFunc(f)() // want `green.OnceFunc`
	d.Gosched()       // want `green.Yield`
}
