package polls // want `not registered`

import (
	"runtime"
	"sync"
)

type flag bool

// A loop that polls gives up its time slice in the default clause.
func loop(c, d chan int) int {
	for {
		select {
		case v := <-c:
			return v
		default: // want `select with default in a loop may hold the hub while it polls: call green.Poll first`
		}
		select {
		case d <- 1:
		default: /* busy */ // want `call green.Poll first`
			// try again
			continue
		}
	}
}

// Once, or in a function that a loop starts, it is left alone.
func once(c chan int) {
	select {
	case <-c:
	default:
	}
	for range 3 {
		defer func() {
			select {
			case c <- 1:
			default:
			}
		}()
	}
}

// What sync makes of a function calls it as the thread that calls first.
func onces(f func(), load func() (int, error)) {
	sync.OnceFunc(f)()                                // want `sync.OnceFunc holds the hub while it waits for the first caller: replace it by green.OnceFunc`
	_ = sync.OnceValues[int, error]                   // want `green.OnceValues`
	n := sync.OnceValues(load)                        // want `green.OnceValues`
	v := sync.OnceValue[int](func() int { return 1 }) // want `green.OnceValue`
	_, _ = n, v
}

// The second value of a receive may be of any type of booleans.
func named(c chan int) (v int, ok flag) {
	v, ok = <-c // want `replace it by patched.Recv2To\[flag\]`
	return
}

// The runtime calls finalizers and cleanups on goroutines of its own.
func finalizers(p *flag, done func(*flag)) {
	runtime.SetFinalizer(p, done) // want `callback of runtime.SetFinalizer runs outside the hub`
	runtime.SetFinalizer(p, nil)
	runtime.AddCleanup(p, func(c chan int) { c <- 1 }, make(chan int)) // want `callback of runtime.AddCleanup` `send holds`
	runtime.GC()                                                       // want `runtime.GC holds the hub while it waits for a collection`
}
