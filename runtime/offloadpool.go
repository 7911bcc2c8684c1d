package green

import (
	"context"

	"github.com/greenify-go/greenify/runtime/setting"
)

// An OffloadPool does work outside the hub, as Offload does, with a bound of its own:
// for a C library that allows four callers, or computations that must not take all
// processors.
type OffloadPool struct{ workers workers }

// NewOffloadPool returns a pool that does at most size works at once. It panics if
// size is less than 1 or 2^20 and more.
func NewOffloadPool(size int) *OffloadPool {
	if size < 1 || size > setting.PoolMax {
		panic("green: NewOffloadPool: size must be 1 or more, and less than 2^20")
	}
	return &OffloadPool{newWorkers(size)}
}

// Do runs f outside the hub once one of the pool's workers is free, first come, first
// served. It returns when f has, so what a caller does is done in its order; if f
// panics or calls runtime.Goexit, that goes on in the caller, stack and all. It
// yields.
//
// As in Offload, work that waits makes room for other work of the pool meanwhile,
// which it may wait for. Within the pool's own work Do just calls f; within that of
// another pool it makes room there.
//
// The bound holds unpatched too, and in native goroutines. Such work makes room only
// where it waits by a function of this package, but for a program built by greenify.
func (p *OffloadPool) Do(f func()) { p.workers.do(context.Background(), f) }
