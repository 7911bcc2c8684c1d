package green

import (
	"time"

	"github.com/greenify-go/greenify/runtime/internal/baton"
)

// InHub reports whether the caller is a green thread: whether it runs on the
// hub. It is false in an unpatched program, with GREENIFY=off, in a native
// goroutine and inside Offload.
func InHub() bool { return inHub() }

// Enabled reports whether the program runs with a hub: false if it is unpatched
// and with GREENIFY=off, and in a program patched in source before main starts.
func Enabled() bool { return enabled() }

// Worker returns which worker the process is, from 1 to n, of a program that runs with
// GREENIFY=workers=n; 0 without that, in a program patched in source and unpatched. Use it for
// what one of them is to do, as a queue to empty or a port that is not shared: whichever
// process is worker 1, there is one at a time, but for the moment of a rolling restart.
func Worker() int { return workerNumber() }

// Go starts f as a goroutine: a green thread in a patched program. It is the
// go statement, and does not yield.
//
// While the hub of a program patched in source is not on yet, before main, f
// starts and stays a native goroutine.
func Go(f func()) {
	if f == nil {
		go f() // fatal, in the caller
	}
	if t := spawn(0); t != nil {
		go t.run(f)
		return
	}
	startAt(0)
	go f()
}

// Sleep is time.Sleep. It yields, as Yield does if d is not positive.
// (eventlet.sleep)
func Sleep(d time.Duration) {
	if t := self(); t != nil {
		if d <= 0 {
			yield()
			return
		}
		t.leave("sleep")
		defer t.back()
	}
	time.Sleep(d)
}

// Yield lets the threads that are ready run before the caller goes on. It is
// runtime.Gosched. (eventlet.sleep(0))
func Yield() { yield() }

// Offload runs f outside the hub: the other green threads run meanwhile, in
// parallel with f. Use it for work that would hold the hub: a long computation,
// a C library that blocks. f must not touch what green threads share without a
// lock. When f returns or panics the caller waits for its turn in the hub.
// In a native goroutine, and unpatched, it just calls f. (eventlet.tpool.execute)
//
// GREENIFY=offload=N bounds how many threads do such work at once, 20 if it does not
// say. Work that waits for a channel, a lock or a connection makes room meanwhile, so
// work may wait for other work; in a program patched in source only if it waits by a
// function of this package. A wait in C or in the kernel keeps its place.
func Offload(f func()) { offload(f) }

// inSource is false in a program built by greenify.
const inSource = baton.InSource
